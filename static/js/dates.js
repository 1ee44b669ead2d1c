/* A browser shows days and times in its own language (11/08, 8:30 PM): what was chosen stands below in the office's words. */

const LANGUAGE = document.documentElement.lang === 'en' ? 'en-GB' : 'id-ID';
const DAY = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };

function said({ type, value }) {
  if (!value) return '';
  if (type === 'time') return value.replace(':', '.');
  const moment = new Date(type === 'date' ? `${value}T12:00` : value);
  if (Number.isNaN(moment.getTime())) return '';
  const day = moment.toLocaleDateString(LANGUAGE, DAY);
  return type === 'date' ? day : `${day}, ${value.slice(11, 16).replace(':', '.')}`;
}

function tell(field) {
  let line = field.nextElementSibling;
  if (!line?.matches('output.chosen')) {
    line = document.createElement('output');
    line.className = 'hint chosen';
    line.htmlFor = field.id;
    field.after(line);
  }
  line.value = said(field);
}

const FIELDS = '.field input:is([type="date"], [type="time"], [type="datetime-local"])';
document.addEventListener('input', (event) => event.target.matches?.(FIELDS) && tell(event.target));
for (const field of document.querySelectorAll(FIELDS)) if (field.value) tell(field);
