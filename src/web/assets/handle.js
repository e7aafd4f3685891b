// The threshold as a handle: what it does to 1,000 people is counted anew on the learner's own test rows while it moves.
import { at, choice, drag, el, svg } from './dom.js';
import { words as own } from './words.js';

/** Rows sorted once by risk, so that any threshold is counted by one search. */
export function counter(y, p, rows) {
  const order = Array.from(rows ?? y.keys()).sort((a, b) => p[a] - p[b]);
  const risks = Float64Array.from(order, (row) => p[row]);
  // illBelow[k]: how many of the k lowest risks are ill.
  const illBelow = new Uint32Array(order.length + 1);
  order.forEach((row, k) => { illBelow[k + 1] = illBelow[k] + (y[row] ? 1 : 0); });
  const n = order.length;
  const ill = illBelow[n];
  return {
    n, ill, well: n - ill, risks, illBelow,
    /** Of all rows: found, missed, false alarms, left in peace, where an alarm is raised from `threshold` on. */
    count(threshold) {
      let [low, high] = [0, n];
      while (low < high) {
        const middle = (low + high) >> 1;
        if (risks[middle] < threshold) low = middle + 1; else high = middle;
      }
      const missed = illBelow[low];
      return { found: ill - missed, missed, false: n - low - (ill - missed), none: low - missed };
    },
  };
}

const KINDS = ['found', 'missed', 'false', 'none'];

/** Four counts as whole people of 1,000 that add up to 1,000. */
export function thousand(counts, n) {
  const exact = KINDS.map((kind) => (1000 * counts[kind]) / n);
  const whole = exact.map(Math.floor);
  const rest = KINDS.map((_, k) => k).sort((a, b) => exact[b] - whole[b] - (exact[a] - whole[a]));
  const left = 1000 - whole.reduce((sum, one) => sum + one, 0);
  for (const k of rest.slice(0, left)) whole[k] += 1;
  return Object.fromEntries(KINDS.map((kind, k) => [kind, whole[k]]));
}

const BINS = 50;
const [WIDE, HIGH, LEFT, RIGHT, TOP, MIDDLE, LOW] = [440, 290, 8, 432, 26, 138, 250];

const percent = (share) => (Number.isFinite(share) ? `${(100 * share).toFixed(0)}%` : '–');
const exact = (risk) => `${(100 * risk).toFixed(1)}%`;

export async function handle(place) {
  const answer = await fetch(place.dataset.rows).catch(() => null);
  if (!answer?.ok || !place.isConnected) return;
  const data = await answer.json();
  if (!data.p.length) return;
  const words = JSON.parse(place.dataset.words);
  const groups = data.groups ?? [];
  const planned = data.threshold ?? 0.5;
  let now = planned;
  let counted = counter(data.y, data.p);
  // Risks that nobody has need no room.
  const highest = counted.risks[Math.floor(counted.n * 0.998)] ?? 1;
  const end = Math.min(1, Math.max(Math.ceil(Math.max(highest, planned * 1.2) * 10) / 10, 0.1));
  const x = (risk) => LEFT + (Math.min(end, risk) / end) * (RIGHT - LEFT);

  const bars = svg('g');
  const alarm = svg('rect', { class: 'alarm', y: TOP, height: LOW - TOP });
  const label = svg('text', { y: 17 });
  const plate = svg('rect', { y: 0, width: 68, height: TOP, rx: 6 });
  const grip = svg('g', { class: 'grip', role: 'slider', tabindex: 0, 'aria-label': words.threshold, 'aria-valuemin': 0, 'aria-valuemax': 100 },
    svg('line', { y1: TOP, y2: LOW }), plate, label);
  const sides = [svg('text', { class: 'side ill', x: RIGHT, y: TOP + 18, 'text-anchor': 'end' }), svg('text', { class: 'side well', x: RIGHT, y: LOW - 8, 'text-anchor': 'end' })];
  const marks = [0, 1, 2, 3, 4].map((n) => svg('text', { x: x((end * n) / 4), y: LOW + 18, 'text-anchor': n === 0 ? 'start' : n === 4 ? 'end' : 'middle' }, `${Number((25 * n * end).toFixed(1))}%`));
  const risks = svg('svg', { class: 'risks', viewBox: `0 0 ${WIDE} ${HIGH}` }, alarm, bars, svg('path', { class: 'axis', d: `M${LEFT} ${MIDDLE}H${RIGHT}` }),
    svg('path', { class: 'planned', d: `M${x(planned)} ${TOP}V${LOW}` }), ...sides, ...marks,
    svg('text', { x: (LEFT + RIGHT) / 2, y: HIGH - 4, 'text-anchor': 'middle' }, words.risk), grip);
  const people = KINDS.map((kind) => svg('path', { class: kind }));
  const crowd = svg('svg', { class: 'people', viewBox: '0 0 400 200', 'aria-hidden': 'true' }, ...people);
  const cells = {};
  const names = { found: words.found, missed: words.missed, false: words.false, none: words.quiet, sensitivity: words.sensitivity, ppv: words.ppv, alerts: words.alerts, benefit: words.benefit };
  const rows = Object.entries(names).map(([key, name]) => el('tr', {}, el('th', { scope: 'row' }, KINDS.includes(key) ? mark(key) : null, name),
    (cells[`${key} planned`] = el('td')), (cells[key] = el('td', { class: 'now' }))));
  const head = el('th', { scope: 'col' });
  const tally = el('table', { class: 'tally' }, el('caption', {}, words.of),
    el('thead', {}, el('tr', {}, el('td'), el('th', { scope: 'col' }, `${own.run} (${exact(planned)})`), head)), el('tbody', {}, ...rows));
  const chooser = groups.length
    ? el('label', {}, `${own.countedOn} `, choice(own.countedOn, [['', own.all], ...groups.map((one, k) => [String(k), one.name])], '', (event) => {
      counted = counter(data.y, data.p, groups[event.target.value]?.rows);
      spread();
      show();
    })) : null;
  const write = el('button', { type: 'button', onclick: written }, words.write);
  place.append(...[chooser, el('div', { class: 'stage' }, el('div', {}, risks, el('p', {}, write)), el('div', {}, crowd, el('div', { class: 'wide' }, tally)))].filter(Boolean));

  let isWaiting = false;
  const move = (to) => {
    now = Math.min(end, Math.max(0, Math.round(to * 1000) / 1000));
    if (!isWaiting) requestAnimationFrame(() => { isWaiting = false; show(); });
    isWaiting = true;
  };
  // Dragged to whole per cents, or to a tenth where the scale is fine; by key, also to tenths.
  const grain = end > 0.3 ? 100 : 1000;
  const follow = (event) => move(Math.round(((at(risks, event)[0] - LEFT) / (RIGHT - LEFT)) * end * grain) / grain);
  drag(risks, (event) => { grip.focus({ preventScroll: true }); follow(event); }, follow);
  grip.addEventListener('keydown', (event) => {
    const step = event.shiftKey ? 0.001 : 0.01;
    // An arrow goes to the next whole step, also from between two.
    const [lower, upper] = [Math.ceil(now / step - 1e-6) - 1, Math.floor(now / step + 1e-6) + 1].map((n) => n * step);
    const to = { ArrowLeft: lower, ArrowDown: lower, ArrowRight: upper, ArrowUp: upper, PageDown: now - 0.1, PageUp: now + 0.1, Home: 0, End: end }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    move(to);
  });
  spread();
  show();

  /** How the risks of ill and well are spread, each as a share of its own kind. */
  function spread() {
    const [ill, well] = [new Float64Array(BINS), new Float64Array(BINS)];
    counted.risks.forEach((risk, k) => {
      const bin = Math.min(BINS - 1, Math.floor((risk / end) * BINS));
      if (counted.illBelow[k + 1] > counted.illBelow[k]) ill[bin] += 1 / counted.ill; else well[bin] += 1 / counted.well;
    });
    const most = Math.max(...ill, ...well);
    const bar = (LOW - MIDDLE - 12) / most;
    const wide = (RIGHT - LEFT) / BINS;
    const path = (shares, up) => Array.from(shares, (share, k) => (share ? `M${(LEFT + k * wide).toFixed(1)} ${MIDDLE}v${((up ? -bar : bar) * share).toFixed(1)}h${(wide - 1).toFixed(1)}V${MIDDLE}Z` : '')).join('');
    bars.replaceChildren(svg('path', { class: 'ill', d: path(ill, true) }), svg('path', { class: 'well', d: path(well, false) }));
    sides[0].textContent = `${words.ill}: ${own.count(counted.ill)}`;
    sides[1].textContent = `${words.well}: ${own.count(counted.well)}`;
    for (const [key, value] of Object.entries(figures(planned))) cells[`${key} planned`].textContent = value;
  }
  function figures(risk) {
    const all = counted.count(risk);
    // One weight for both columns: weighed by the moving threshold, examining everybody would look best.
    const worth = data.worth ?? planned;
    const alarms = all.found + all.false;
    return {
      ...thousand(all, counted.n),
      sensitivity: percent(all.found / counted.ill),
      ppv: percent(all.found / alarms),
      alerts: all.found ? (alarms / all.found).toFixed(1) : '–',
      benefit: worth < 1 ? ((1000 * (all.found - (all.false * worth) / (1 - worth))) / counted.n).toFixed(1) : '–',
    };
  }
  function show() {
    const told = figures(now);
    const here = x(now);
    grip.setAttribute('transform', `translate(${here.toFixed(1)} 0)`);
    // At the ends the plate stays inside the picture.
    const shift = Math.max(34 - here, 0) - Math.max(here - (WIDE - 34), 0);
    plate.setAttribute('x', shift - 34);
    label.setAttribute('x', shift);
    label.textContent = exact(now);
    alarm.setAttribute('x', here);
    alarm.setAttribute('width', Math.max(0, RIGHT - here));
    grip.setAttribute('aria-valuenow', (100 * now).toFixed(1));
    grip.setAttribute('aria-valuetext', own.told(exact(now), told.found, told.missed, told.false));
    head.textContent = `${own.now} (${exact(now)})`;
    for (const [key, value] of Object.entries(told)) cells[key].textContent = value;
    crowded(told).forEach((path, k) => people[k].setAttribute('d', path));
  }
  /** The threshold goes into the form of the plan, which is kept. */
  function written() {
    const form = document.getElementById('plan');
    const field = form?.elements['operate.threshold'];
    if (!field) return;
    field.value = String(Number(now.toFixed(3)));
    const rule = form.elements['operate.threshold:rule'];
    if (rule) rule.value = '';
    field.dispatchEvent(new Event('input', { bubbles: true }));
    form.requestSubmit(form.querySelector('.buttons button'));
    document.getElementById('decide').scrollIntoView({ block: 'start' });
  }
}

const SHAPES = {
  found: (a, b) => `M${a - 3} ${b}a3 3 0 1 0 6 0a3 3 0 1 0-6 0`,
  missed: (a, b) => `M${a - 3} ${b - 3}l6 6m0-6l-6 6`,
  false: (a, b) => `M${a} ${b - 3}l3 5.5h-6Z`,
  none: (a, b) => `M${a - 1.5} ${b}a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0`,
};

/** 1,000 people in 50 columns of 20: shapes tell them apart as colours do. */
function crowded(told) {
  let k = 0;
  return KINDS.map((kind) => {
    let path = '';
    for (let n = 0; n < told[kind]; n += 1, k += 1) path += SHAPES[kind](4 + Math.floor(k / 20) * 8, 5 + (k % 20) * 10);
    return path;
  });
}

function mark(kind) {
  return svg('svg', { viewBox: '0 0 10 10', 'aria-hidden': 'true' }, svg('path', { class: kind, d: SHAPES[kind](5, 5) }));
}
