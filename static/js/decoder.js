/* QR codes in pictures, decoded on this device: by a decoder of our own origin, where WebAssembly does not run (below
   Chrome 97 our policy forbids it) by the browser's own, if it has one. */

const READ = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 1 };
const WAYS = [READ, { ...READ, binarizer: 'GlobalHistogram' }]; // the second reads more of what cracks or lamps lie on
const SMALLEST = Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0); // a module with nothing in it
const LONGEST_SIDE = 1600;

let loading = null;

function runsWasm() {
  try {
    return Boolean(new WebAssembly.Module(SMALLEST));
  } catch {
    return false;
  }
}

async function builtIn() {
  const formats = await window.BarcodeDetector?.getSupportedFormats();
  return formats?.includes('qr_code') ? new window.BarcodeDetector({ formats: ['qr_code'] }) : null;
}

/* Whether this browser can decode at all. */
export async function canDecode() {
  return runsWasm() || Boolean(await builtIn().catch(() => null));
}

/* Load the decoder: script and wasm come from the addresses the page names. */
function load({ script, wasm }) {
  loading ||= new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = script;
    element.onload = () => {
      window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm } });
      resolve(window.ZXingWASM);
    };
    element.onerror = () => {
      element.remove();
      reject(new Error('decoder'));
    };
    document.head.append(element);
  });
  return loading;
}

/* What failed once would be remembered as failed: the next picture loads it anew. */
function unload() {
  loading = null;
  window.ZXingWASM?.purgeZXingModule();
}

function drawn(source, canvas) {
  const width = source.videoWidth || source.width;
  const height = source.videoHeight || source.height;
  const scale = Math.min(1, LONGEST_SIDE / Math.max(width, height));
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  pen.drawImage(source, 0, 0, canvas.width, canvas.height);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

/* Give the text of a code in a picture, null where it shows none; throws where it cannot be decoded now. Of a film the
   ways of reading take turns: another picture comes soon; a photo is read in every way. */
export async function decode(source, canvas, places, turn = null) {
  const picture = drawn(source, canvas);
  if (!runsWasm()) {
    const [code] = await (await builtIn()).detect(canvas);
    return code?.rawValue || null;
  }
  try {
    const zxing = await load(places);
    for (const way of turn === null ? WAYS : [WAYS[turn % WAYS.length]]) {
      const [code] = await zxing.readBarcodes(picture, way);
      if (code?.isValid) return code.text;
    }
  } catch (error) {
    unload();
    throw error;
  }
  return null;
}

export async function readPhoto(file, places) {
  return decode(await createImageBitmap(file), document.createElement('canvas'), places);
}
