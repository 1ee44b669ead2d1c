/* A browser shows days and times by its own language, as 11/08 and 8:30 PM where the office writes 8/11 and 20.30. Where
   it would, the field becomes one of plain text, day first and by 24 hours, and is sent as the browser's own would be.
   What was chosen stands below in the office's words, whatever the field looks like. */

const LANGUAGE = document.documentElement.lang === 'en' ? 'en-GB' : 'id-ID';
const DAY = { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' };
const KINDS = '[type="date"], [type="time"], [type="datetime-local"]';
const FIELDS = `:is(.field, .chip) input:is(${KINDS}, [data-moment])`;
const own = new Intl.DateTimeFormat(navigator.language, { day: 'numeric', month: 'numeric', hour: 'numeric' });
const order = own.formatToParts(new Date(2023, 10, 8)).map(({ type }) => type);
const misleads = own.resolvedOptions().hour12 || order.indexOf('month') < order.indexOf('day');
const SHAPES = { date: 'dd-mm-yyyy', time: 'hh.mm', 'datetime-local': 'dd-mm-yyyy hh.mm' };

const two = (number) => String(number).padStart(2, '0');

/* "2023-11-08T07:30" as an office types it, "08-11-2023 07.30"; what is none stays as it is. */
function typed(value) {
  return value.replace(/^(\d{4})-(\d\d)-(\d\d)/, '$3-$2-$1').replace('T', ' ').replace(/(\d\d):(\d\d)$/, '$1.$2');
}

/* "8/11/2023 7.30", "8-11-2023", "0730" as a form sends it; what cannot be read stays, and the server says so. */
function sent(text) {
  const said = text.trim();
  const [, day, month, year] = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})/.exec(said) || [];
  const [, hour, minute] = /(?:^|[ T])(\d{1,2})[.:]?(\d\d)$/.exec(said) || [];
  const date = day ? `${year}-${two(month)}-${two(day)}` : (/^\d{4}-\d\d-\d\d/.exec(said) || [''])[0];
  const time = hour && !(date && said.length < 12) ? `${two(hour)}:${minute}` : '';
  return [date, time].filter(Boolean).join('T') || said;
}

const valueOf = (field) => (field.dataset.moment ? sent(field.value) : field.value);
const kindOf = (field) => field.dataset.moment || field.type;

function said(field) {
  const [value, kind] = [valueOf(field), kindOf(field)];
  if (kind === 'time') return /^\d\d:\d\d$/.test(value) ? value.replace(':', '.') : '';
  const moment = new Date(kind === 'date' ? `${value}T12:00` : value);
  if (!value || Number.isNaN(moment.getTime())) return '';
  const day = moment.toLocaleDateString(LANGUAGE, DAY);
  return kind === 'date' ? day : `${day}, ${value.slice(11, 16).replace(':', '.')}`;
}

function tell(field) {
  if (!field.closest('.field')) return;
  let line = field.nextElementSibling;
  if (!line?.matches('output.chosen')) {
    line = document.createElement('output');
    line.className = 'hint chosen';
    line.htmlFor = field.id;
    field.after(line);
  }
  line.value = said(field);
}

/* Once a field has become one of text it stays one: what a morph brings anew is seen to when it is reached. */
function plain(field) {
  if (!misleads || !field.matches(KINDS)) return;
  const [value, kind] = [field.value, field.type];
  field.dataset.moment = kind;
  field.type = 'text';
  field.inputMode = kind === 'time' ? 'decimal' : 'text';
  field.placeholder = SHAPES[kind];
  field.size = SHAPES[kind].length;
  field.autocomplete = 'off';
  field.value = typed(value);
}

document.addEventListener('input', (event) => event.target.matches?.(FIELDS) && tell(event.target));
document.addEventListener('focusin', (event) => event.target.matches?.(FIELDS) && plain(event.target));
document.addEventListener('formdata', (event) => {
  for (const field of event.target.querySelectorAll('[data-moment]')) {
    if (field.name && event.formData.has(field.name)) event.formData.set(field.name, sent(field.value));
  }
});
for (const field of document.querySelectorAll(FIELDS)) {
  plain(field);
  if (field.value) tell(field);
}
