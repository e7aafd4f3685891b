// Easier ways to fill in a field of the plan. The text field stays: what stands in it is what is saved.
import { choice, el } from './dom.js';
import { words } from './words.js';

/** Tells the form that a field was changed here. */
export function changed(field) {
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/** The columns that a condition may name, as the page lists them. */
function columnsOf(field) {
  return [...(field.form?.querySelector('.pickers')?.querySelectorAll('data') ?? [])].map((one) => ({
    name: one.value, about: one.title, unit: one.dataset.unit ?? '', values: one.dataset.values ? one.dataset.values.split('\u001f') : [],
    called: one.dataset.called ? one.dataset.called.split('\u001f') : [],
  }));
}

const isNumber = (text) => text !== '' && !Number.isNaN(Number(text));
const isText = (column) => column.values.some((value) => !isNumber(value));
const quoted = (text) => `'${text.replaceAll("'", "''")}'`;
const TERM = /^\s*([A-Za-z_]\w*)\s*(=|<>|!=|<=|>=|<|>|IS\s+NOT\s+NULL|IS\s+NULL)\s*('(?:[^']|'')*'|-?[\d.]+)?\s*$/i;

/** The terms of `a = 'x' AND b < 3`; null where a condition is more than that. */
export function terms(text, columns) {
  if (!text.trim()) return [];
  const out = [];
  for (const part of text.split(/\s+AND\s+/i)) {
    const found = TERM.exec(part);
    const column = found && columns.find((one) => one.name === found[1]);
    if (!column) return null;
    const comparison = found[2].toUpperCase().replace(/\s+/g, ' ').replace('!=', '<>');
    if (comparison.startsWith('IS') !== (found[3] === undefined)) return null;
    const value = found[3] ?? '';
    out.push({ column, comparison, value: value.startsWith("'") ? value.slice(1, -1).replaceAll("''", "'") : value });
  }
  return out;
}

/** The text of terms; those without a value are left out. */
export function written(all) {
  return all.filter((one) => one.comparison.startsWith('IS') || one.value !== '').map(({ column, comparison, value }) => {
    if (comparison.startsWith('IS')) return `${column.name} ${comparison}`;
    return `${column.name} ${comparison} ${isText(column) || !isNumber(value) ? quoted(value) : value}`;
  }).join(' AND ');
}

/** Pickers column, comparison, value above a field that holds a condition. */
export function condition(field) {
  pickers(field);
}

function pickers(field) {
  const columns = columnsOf(field);
  if (!columns.length) return;
  const list = el('ul', { class: 'terms' });
  const note = el('p', { class: 'help', hidden: true }, words.byHand);
  const more = el('button', { type: 'button', class: 'small', onclick: add }, words.and);
  const box = el('div', { class: 'picking' }, list, more, note, el('span', { class: 'as-text' }, words.asText));
  let all = [];
  field.before(box);
  field.addEventListener('input', (event) => event.isTrusted && box.isConnected && read());
  read();

  function read() {
    const found = terms(field.value, columns);
    note.hidden = found !== null;
    list.hidden = found === null;
    all = found ?? [];
    draw();
  }
  function write() {
    field.value = written(all);
    changed(field);
  }
  function add() {
    all.push(begun(columns.find((one) => one.values.length) ?? columns[0]));
    write();
    draw();
    list.lastElementChild.querySelector('select').focus();
  }
  function draw(focus) {
    list.replaceChildren(...(all.length ? all.map(row) : [empty()]));
    more.hidden = !all.length;
    if (focus) list.querySelector(focus)?.focus();
  }
  function begun(column) {
    return { column, comparison: column.values.length ? '=' : '>=', value: column.values[0] ?? '' };
  }
  function named(onchange, chosen) {
    return choice(words.column, [['', words.everybody], ...columns.map((column) => [column.name, titled(column)])], chosen, (event) => {
      event.stopPropagation();
      onchange(columns.find((one) => one.name === event.target.value));
    });
  }
  function empty() {
    return el('li', {}, named((column) => {
      all = column ? [begun(column)] : [];
      write();
      draw('select');
    }, ''));
  }
  function row(term, n) {
    const isBare = term.comparison.startsWith('IS');
    const comparisons = words.comparisons.filter(([sign]) => !isText(term.column) || ['=', '<>', 'IS NULL', 'IS NOT NULL'].includes(sign));
    const take = (value) => { term.value = value; write(); };
    const value = term.column.values.length
      ? choice(words.value, options(term), term.value, (event) => { event.stopPropagation(); take(event.target.value); })
      : el('input', { 'aria-label': words.value, value: term.value, inputmode: 'decimal', size: 6, autocomplete: 'off', oninput: (event) => take(event.target.value.normalize('NFKC').trim()) });
    return el('li', {},
      n ? el('span', {}, words.also) : null,
      named((column) => {
        if (column) Object.assign(term, begun(column));
        else all.splice(n, 1);
        write();
        draw(`li:nth-child(${n + 1}) select`);
      }, term.column.name),
      choice(words.comparison, comparisons, term.comparison, (event) => {
        event.stopPropagation();
        term.comparison = event.target.value;
        write();
        draw(`li:nth-child(${n + 1}) select:nth-of-type(2)`);
      }),
      isBare ? null : value,
      term.column.unit && !isBare ? el('span', { class: 'unit' }, term.column.unit) : null,
      el('button', { type: 'button', class: 'small', 'aria-label': `${words.remove}: ${titled(term.column)}`, onclick: () => { all.splice(n, 1); write(); draw('select'); } }, '×'));
  }
}

const titled = ({ name, about }) => (about && about !== name ? `${about} (${name})` : name);

function options({ column, value }) {
  const all = column.values.map((one, n) => [one, column.called[n] && column.called[n] !== one ? `${column.called[n]} (${one})` : one]);
  return all.some(([one]) => one === value) ? all : [...all, [value, value]];
}

/** A share of all, or those for whom a condition holds. */
export function share(field) {
  if (!columnsOf(field).length) return;
  const isShare = () => /^[\d.,．，０-９%％\s]*$/.test(field.value);
  let before = '';
  const how = choice(words.who, [['share', words.share], ['those', words.those]], isShare() ? 'share' : 'those', (event) => {
    event.stopPropagation();
    [field.value, before] = [before, field.value];
    changed(field);
    shown();
  });
  field.before(how);
  shown();
  field.addEventListener('input', (event) => {
    if (!event.isTrusted || (how.value === 'share') === isShare()) return;
    how.value = isShare() ? 'share' : 'those';
    shown();
  });

  function shown() {
    field.parentElement.querySelector('.picking')?.remove();
    field.classList.toggle('sql', how.value === 'those');
    if (how.value === 'those') pickers(field);
  }
}

/** What a chosen rule means stands below it. */
export function rule(place) {
  const how = place.querySelector('select');
  const about = el('p', { class: 'help' });
  place.after(about);
  const shown = () => {
    about.textContent = how.selectedOptions[0]?.title ?? '';
    about.hidden = !about.textContent;
  };
  how.addEventListener('change', shown);
  shown();
}

/** A slider tells its value beside it, and to who cannot see where it stands. */
export function slider(range) {
  const output = range.parentElement.querySelector('output');
  range.addEventListener('input', () => {
    const shown = String(Number(Number(range.value).toPrecision(4)));
    output.textContent = shown;
    range.setAttribute('aria-valuetext', shown);
  });
}
