/* QR codes from the camera or a photo, decoded on this device by a decoder of our own origin. */

const READ = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 };
const PAUSE = 110;
const SAME_CODE = 3000;
const LONGEST_SIDE = 1600;

let loading = null;

/* Load the decoder once: script and wasm come from the addresses the page names. */
function decoder({ script, wasm }) {
  loading ||= new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = script;
    element.onload = () => {
      window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm } });
      resolve(window.ZXingWASM);
    };
    element.onerror = () => {
      loading = null;
      reject(new Error('decoder'));
    };
    document.head.append(element);
  });
  return loading;
}

async function read(source, canvas, places) {
  const zxing = await decoder(places);
  const width = source.videoWidth || source.width;
  const height = source.videoHeight || source.height;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  const [code] = await zxing.readBarcodes(pen.getImageData(0, 0, canvas.width, canvas.height), READ);
  return code?.isValid ? code.text : null;
}

export function hasCamera() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

export async function readPhoto(file, places) {
  return read(await createImageBitmap(file), document.createElement('canvas'), places);
}

export class Camera {
  constructor(places, found) {
    this.places = places;
    this.found = found;
    this.canvas = document.createElement('canvas');
    this.last = { text: '', at: 0 };
  }

  async start(parent) {
    this.stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: 'environment', width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    this.video = document.createElement('video');
    Object.assign(this.video, { muted: true, playsInline: true, srcObject: this.stream });
    this.last = { text: '', at: 0 };
    parent.append(this.video);
    await this.video.play();
    this.look();
  }

  stop() {
    for (const track of this.stream?.getTracks() || []) track.stop();
    this.video?.remove();
    this.stream = this.video = null;
  }

  async look() {
    while (this.video) {
      const text = this.video.readyState >= 2 ? await read(this.video, this.canvas, this.places) : null;
      const now = performance.now();
      if (text && !(text === this.last.text && now - this.last.at < SAME_CODE)) this.found(text);
      if (text) this.last = { text, at: now };
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  }
}
