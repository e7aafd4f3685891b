// A range that is drawn with the pointer, the places of an order, and the length of a memo.
import { at, drag, el, say, svg } from './dom.js';
import { changed } from './fields.js';
import { words } from './words.js';

const WIDE = 520;

/** A rail below two number fields: press at one end of the range and draw to the other. It shows nothing before. */
export function range(place) {
  const [low, high] = place.querySelectorAll('input');
  const [from, to] = [Number(place.dataset.min), Number(place.dataset.max)];
  const x = (value) => 12 + ((value - from) / (to - from)) * (WIDE - 24);
  const span = svg('path', { class: 'span' });
  const ends = [svg('circle', { r: 9, cy: 18, class: 'well' }), svg('circle', { r: 9, cy: 18, class: 'well' })];
  const marks = [0, 1, 2, 3, 4].map((n) => from + ((to - from) * n) / 4);
  const hint = svg('text', { x: WIDE / 2, y: 8, 'text-anchor': 'middle' }, words.drag);
  // Pointers only: the number fields say and take the same.
  const rail = svg('svg', { class: 'track', viewBox: `0 0 ${WIDE} 46`, 'aria-hidden': 'true' },
    svg('path', { class: 'rail', d: `M12 18H${WIDE - 12}` }), span, ...ends, hint,
    ...marks.map((value) => svg('text', { x: x(value), y: 42, 'text-anchor': value === from ? 'start' : value === to ? 'end' : 'middle' }, words.count(value))));
  place.append(rail);
  const read = (input) => { const value = Number(input.value.normalize('NFKC').replace(',', '.')); return input.value.trim() && !Number.isNaN(value) ? Math.min(to, Math.max(from, value)) : null; };
  const show = () => {
    const [a, b] = [read(low), read(high)];
    hint.toggleAttribute('hidden', a !== null || b !== null);
    hint.setAttribute('visibility', a !== null || b !== null ? 'hidden' : 'visible');
    span.setAttribute('d', a !== null && b !== null ? `M${x(a)} 18H${Math.max(x(b), x(a) + 0.1)}` : '');
    [a, b].forEach((value, n) => { ends[n].setAttribute('cx', value === null ? -99 : x(value)); });
  };
  const value = (event) => { const raw = from + ((at(rail, event)[0] - 12) / (WIDE - 24)) * (to - from); const step = (to - from) / 200; return Math.min(to, Math.max(from, Math.round(raw / step) * step)); };
  let fixed = 0;
  drag(rail, (event) => {
    const here = value(event);
    const [a, b] = [read(low), read(high)];
    // A press near an end that is there moves that end.
    fixed = a !== null && b !== null ? (Math.abs(here - a) < Math.abs(here - b) ? b : a) : here;
    put(fixed, here);
  }, (event) => put(fixed, value(event)));
  const put = (a, b) => {
    low.value = String(Number(Math.min(a, b).toPrecision(6)));
    high.value = String(Number(Math.max(a, b).toPrecision(6)));
    changed(low);
    show();
  };
  // Drawn whole: it is kept as if both had been typed.
  rail.addEventListener('pointerup', () => low.dispatchEvent(new Event('change', { bubbles: true })));
  low.addEventListener('input', show);
  high.addEventListener('input', show);
  show();
}

/** The places of an order: an item that takes the place of another one leaves its own to it. */
export function places(group) {
  const all = [...group.querySelectorAll('select')];
  const now = () => new Map(all.map((one) => [one, one.value]));
  // The arrow keys pass places by: until every item has one, what counts is where the item stood when it was taken up.
  let [before, last, taken] = [now(), now(), null];
  group.append(el('p', { class: 'quiet' }, words.swaps));
  group.addEventListener('focusin', () => { taken = null; });
  group.addEventListener('change', ({ target }) => {
    if (taken !== target) [before, taken] = [last, target];
    for (const one of all) if (one !== target) one.value = before.get(one);
    const other = all.find((one) => one !== target && one.value && one.value === target.value);
    if (other) {
      other.value = before.get(target);
      say(`${other.labels[0]?.textContent ?? ''}: ${other.value || '–'}`);
    }
    last = now();
    if (all.every((one) => one.value)) taken = null;
  });
}

/** Counts the words of a memo; signs where words are not parted by spaces. */
export function memo(area) {
  const japanese = document.documentElement.lang === 'ja';
  const told = el('p', { class: 'quiet' });
  area.after(told);
  const show = () => {
    const n = japanese ? [...area.value.replace(/\s/g, '')].length : area.value.split(/\s+/).filter(Boolean).length;
    told.textContent = area.dataset.count.replace('{n}', n);
  };
  area.addEventListener('input', show);
  show();
}
