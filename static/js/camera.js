/* The camera of this device as a reader of codes: whatever takes its picture away, it comes back or the page says so. */

import { canDecode, decode } from './decoder.js';
import { recall, retain } from './settings.js';

const PAUSE = 110;
const SAME_CODE = 3000;
const CHOSEN = 'rtapp-camera';
const MUTED = 2000; // another program has the camera for a moment
const FROZEN = 4000; // without a new picture
const AGAIN = 700;
const RESTARTS = 3; // within a minute; then a person decides
const BLIND = 3; // pictures that could not be decoded, one after another
const OFFERED = ['refused', 'ended']; // what a tap may mend

const wait = (milliseconds) => new Promise((resume) => setTimeout(resume, milliseconds));

export class Camera {
  /* found(text) is told each code; view (data-camera) holds the picture, what is said of it, lamp and next camera. */
  constructor(places, found, view) {
    Object.assign(this, { places, found, view, on: false, turn: 0, restarts: [], last: { text: '', at: 0 } });
    this.torch = view.querySelector('[data-torch]');
    this.next = view.querySelector('[data-next-camera]');
    this.again = view.querySelector('[data-again]');
    this.canvas = document.createElement('canvas');
    this.torch.addEventListener('click', () => this.light(this.torch.getAttribute('aria-pressed') !== 'true'));
    this.next.addEventListener('click', () => this.change());
    this.again.addEventListener('click', () => this.start());
    document.addEventListener('visibilitychange', () => {
      if (document.hidden) this.close(); // most phones take it away anyway
      else if (this.on && !this.stream) this.start();
    });
  }

  /* Show the picture and read it; says whether there is one. Where there is none the view says why. */
  async start() {
    this.on = true;
    this.view.hidden = false;
    this.close();
    const { turn } = this;
    this.say('');
    if (!(await canDecode())) return this.say('unable');
    try {
      await this.choose(turn);
      if (turn !== this.turn) return false;
      this.last = { text: '', at: 0 };
      await this.offer();
    } catch (error) {
      if (turn !== this.turn) return false;
      this.close();
      return this.say(error.name === 'NotAllowedError' ? 'refused' : 'ended');
    }
    this.look(this.turn);
    return true;
  }

  async choose(turn) {
    const id = recall(CHOSEN);
    try {
      await this.open(id ? { deviceId: { exact: id } } : { facingMode: 'environment' }, turn);
    } catch (error) {
      if (!id || error.name === 'NotAllowedError') throw error;
      retain(CHOSEN, null); // the camera of last time is gone
      await this.open({ facingMode: 'environment' }, turn);
    }
  }

  async open(which, turn) {
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { ...which, width: { ideal: 1280 }, height: { ideal: 720 } },
    });
    if (turn !== this.turn) return stream.getTracks().forEach((track) => track.stop()); // not wanted any more
    const [track] = stream.getVideoTracks();
    const gone = () => this.stream === stream && this.lose();
    track.addEventListener('ended', gone);
    track.addEventListener('mute', () => setTimeout(() => track.muted && gone(), MUTED));
    this.stream = stream;
    this.video = document.createElement('video');
    Object.assign(this.video, { muted: true, playsInline: true, srcObject: stream });
    this.view.prepend(this.video);
    await this.video.play();
    return undefined;
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

  change() {
    const now = this.stream.getVideoTracks()[0].getSettings().deviceId;
    const place = this.cameras.findIndex(({ deviceId }) => deviceId === now);
    retain(CHOSEN, this.cameras[(place + 1) % this.cameras.length].deviceId);
    return this.start();
  }

  /* The picture has gone, whoever took it: try again, or offer to. A still picture is never left standing. */
  async lose() {
    this.close();
    const now = performance.now();
    this.restarts = [...this.restarts.filter((at) => now - at < 60000), now];
    if (this.restarts.length > RESTARTS) return void this.say('ended');
    this.say('again');
    const { turn } = this;
    await wait(AGAIN);
    if (this.on && turn === this.turn && !document.hidden) this.start();
    return undefined;
  }

  stop() {
    this.on = false;
    this.restarts = [];
    this.close();
    this.view.hidden = true;
  }

  close() {
    this.turn += 1;
    for (const track of this.stream?.getTracks() || []) track.stop();
    this.video?.remove();
    this.torch.hidden = true;
    this.next.hidden = true;
    this.stream = null;
    this.video = null;
  }

  /* Say what there is instead of a picture, or that it is not read: one of the sentences of the view, '' for none. */
  say(what) {
    for (const each of this.view.querySelectorAll('[data-says]')) each.hidden = each.dataset.says !== what;
    this.again.hidden = !OFFERED.includes(what);
    return false;
  }

  async look(turn) {
    const { video } = this;
    let failures = 0;
    let moved = { at: performance.now(), time: -1 };
    for (let picture = 0; turn === this.turn; picture += 1) {
      const now = performance.now();
      if (video.currentTime !== moved.time) moved = { at: now, time: video.currentTime };
      if (now - moved.at > FROZEN) return void this.lose();
      let text = null;
      try {
        if (video.readyState >= 2) text = await decode(video, this.canvas, this.places, picture);
        if (failures && turn === this.turn) this.say('');
        failures = 0;
      } catch {
        failures += 1;
        if (turn === this.turn) this.say(failures < BLIND ? 'loading' : 'blind');
        await wait(AGAIN * Math.min(failures, BLIND));
        moved.at = performance.now();
      }
      if (turn !== this.turn) return undefined; // stopped or changed meanwhile
      if (text && !(text === this.last.text && now - this.last.at < SAME_CODE)) this.found(text);
      if (text) this.last = { text, at: now };
      await wait(PAUSE);
    }
    return undefined;
  }
}
