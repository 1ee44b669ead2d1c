/* QR codes from the camera or a photo, decoded on this device by a decoder of our own origin. */

const READ = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 };
const WAYS = [READ, { ...READ, binarizer: 'GlobalHistogram' }]; // the second reads more of what cracks or lamps lie on
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

async function read(source, canvas, places, ways) {
  const zxing = await decoder(places);
  const width = source.videoWidth || source.width;
  const height = source.videoHeight || source.height;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  const picture = pen.getImageData(0, 0, canvas.width, canvas.height);
  for (const way of ways) {
    const [code] = await zxing.readBarcodes(picture, way);
    if (code?.isValid) return code.text;
  }
  return null;
}

export function hasCamera() {
  return Boolean(navigator.mediaDevices?.getUserMedia);
}

export async function readPhoto(file, places) {
  return read(await createImageBitmap(file), document.createElement('canvas'), places, WAYS);
}

const CHOSEN = 'rtapp-camera';

export class Camera {
  /* found(text) is told each code; view (data-camera) holds the picture, the lamp and the way to the next camera. */
  constructor(places, found, view) {
    this.places = places;
    this.found = found;
    this.view = view;
    this.torch = view.querySelector('[data-torch]');
    this.next = view.querySelector('[data-next-camera]');
    this.canvas = document.createElement('canvas');
    this.last = { text: '', at: 0 };
    this.torch.addEventListener('click', () => this.light(this.torch.getAttribute('aria-pressed') !== 'true'));
    this.next.addEventListener('click', () => this.change());
  }

  async start() {
    const id = localStorage.getItem(CHOSEN);
    try {
      await this.open(id ? { deviceId: { exact: id } } : { facingMode: 'environment' });
    } catch (error) {
      if (!id) throw error;
      localStorage.removeItem(CHOSEN); // the camera of last time is gone
      await this.open({ facingMode: 'environment' });
    }
    this.last = { text: '', at: 0 };
    await this.offer();
    this.look();
  }

  async open(which) {
    this.stream = await navigator.mediaDevices.getUserMedia({
      video: { ...which, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    this.video = document.createElement('video');
    Object.assign(this.video, { muted: true, playsInline: true, srcObject: this.stream });
    this.view.prepend(this.video);
    this.view.hidden = false;
    await this.video.play();
  }

  /* Show the lamp and the other cameras, where there are any: known once a camera is open. */
  async offer() {
    const [track] = this.stream.getVideoTracks();
    this.torch.hidden = !track.getCapabilities?.().torch;
    this.torch.setAttribute('aria-pressed', 'false');
    this.cameras = (await navigator.mediaDevices.enumerateDevices()).filter(({ kind }) => kind === 'videoinput');
    this.next.hidden = this.cameras.length < 2;
  }

  async light(on) {
    try {
      await this.stream.getVideoTracks()[0].applyConstraints({ advanced: [{ torch: on }] });
      this.torch.setAttribute('aria-pressed', String(on));
    } catch {
      this.torch.hidden = true; // said to have one, has none
    }
  }

  async change() {
    const now = this.stream.getVideoTracks()[0].getSettings().deviceId;
    const place = this.cameras.findIndex(({ deviceId }) => deviceId === now);
    localStorage.setItem(CHOSEN, this.cameras[(place + 1) % this.cameras.length].deviceId);
    this.stop();
    await this.start();
  }

  stop() {
    for (const track of this.stream?.getTracks() || []) track.stop();
    this.video?.remove();
    this.view.hidden = true;
    this.stream = this.video = null;
  }

  async look() {
    const { video } = this;
    for (let picture = 0; video && this.video === video; picture += 1) {
      const way = [WAYS[picture % WAYS.length]]; // in turn: another picture comes soon
      const text = video.readyState >= 2 ? await read(video, this.canvas, this.places, way) : null;
      if (this.video !== video) return; // stopped or changed meanwhile
      const now = performance.now();
      if (text && !(text === this.last.text && now - this.last.at < SAME_CODE)) this.found(text);
      if (text) this.last = { text, at: now };
      await new Promise((resume) => setTimeout(resume, PAUSE));
    }
  }
}
