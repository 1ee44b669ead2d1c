/* On every page: how many attempts wait on this device, whoever is signed in; sends them where somebody may; forgets
   names and history when nobody is signed in any more, or the wave is over. */

import { Queue } from './queue.js';
import { count, meet, readAll, wipe, wipeWhatIsOver } from './store.js';

const FLIGHT = 1500; // what is just being sent does not wait yet

const place = document.getElementById('waiting');
const { home, epoch, csrf, nobody } = place?.closest('.waiting').dataset ?? {};
let again = 0;

async function tell() {
  clearTimeout(again);
  const kept = await readAll('waiting');
  const waiting = kept.filter((attempt) => Date.now() - attempt.order > FLIGHT).length;
  if (window.rtapp) window.rtapp.waiting(waiting);
  else if (place) {
    place.textContent = waiting;
    place.closest('.waiting').hidden = !waiting;
  }
  if (waiting < kept.length) again = setTimeout(tell, FLIGHT);
}

/* Whoever signs out is asked first while something waits. */
document.addEventListener('submit', (event) => {
  const asked = event.target.querySelector('input[name=unsent]');
  if (asked && place) asked.value = place.textContent;
}, true);

async function start() {
  await meet(epoch);
  if (nobody !== undefined) await wipe();
  else await wipeWhatIsOver();
  document.addEventListener('rtapp:kept', tell);
  await tell();
  const recording = document.querySelector('#desk-input, #native'); // these send by themselves
  if (csrf && !recording && (await count('waiting'))) new Queue({ csrfUrl: csrf, token: '', home });
}
start();
