/* The big screen: its clock goes by the server, districts turn where they do not fit, a lost server is shouted. */
(() => {
  const AT_ONCE = 3;
  const TURN = 8000;
  const body = document.body;
  const ahead = Date.now() - Date.parse(body.dataset.now);
  const shown = new Intl.DateTimeFormat('id-ID', {
    timeZone: body.dataset.zone, hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23',
  });
  let heard = Date.now();
  let turn = 0;

  const time = (at) => shown.format(at - ahead).replaceAll(':', '.');
  const write = (id, at) => { document.getElementById(id).textContent = time(at); };

  function deal() {
    const places = [...document.querySelectorAll('.districts li')];
    const pages = Math.max(1, Math.ceil(places.length / AT_ONCE));
    places.forEach((place, index) => { place.hidden = Math.floor(index / AT_ONCE) !== turn % pages; });
  }

  function hear() {
    heard = Date.now();
    write('updated', heard);
    deal();
  }

  if (window.htmx?.config.sse) window.htmx.config.sse.pauseOnBackground = false; // a projector's window may lie behind
  document.addEventListener('htmx:sse:after:connection', hear);
  document.addEventListener('htmx:sse:after:message', hear);
  document.addEventListener('htmx:after:swap', deal);
  document.addEventListener('rtapp:ended', () => location.reload());
  document.addEventListener('rtapp:connection', ({ detail }) => {
    const lost = ['lost', 'still'].includes(detail.state); // nobody in front of it can load it again
    body.dataset.state = lost ? 'lost' : detail.state;
    if (lost) write('since', heard);
  });
  setInterval(() => write('clock', Date.now()), 1000);
  setInterval(() => { turn += 1; deal(); }, TURN);
  write('updated', heard);
  write('clock', heard);
  deal();
})();
