// A run or a check: begun, followed, stopped, shown.
import { el, say, svg } from './dom.js';
import { asked, renew, saved } from './swap.js';
import { words } from './words.js';

/** The section in which runs are begun. */
export function run(section) {
  begins(section, 'see');
  // A tab that is opened while something runs takes it up.
  if (section.hasAttribute('data-busy')) follow(section, 'see', true);
}

/** The place in which checks are begun. */
export function check(place) {
  begins(place, 'conclude');
}

function begins(place, shown) {
  const form = place.querySelector('form[data-job]');
  place.querySelector('form[data-stop]')?.addEventListener('submit', stop);
  form?.addEventListener('submit', async (event) => {
    event.preventDefault();
    // What stands on the page is what is meant: it is kept first, and a mistake in it is told at its field.
    busy(true);
    // Whoever gives up need not mend it first.
    const answer = (await saved()) || 'anyway' in form.dataset ? await asked(form.action, { method: 'POST' }) : null;
    // Keeping may have exchanged the part in which the form stood.
    const here = document.querySelector(`form[action="${CSS.escape(form.getAttribute('action'))}"]`)?.closest('[data-events]');
    if (here && (answer?.status === 202 || answer?.status === 409)) follow(here, shown, answer.status === 409);
    else {
      busy(false);
      if (here && answer) refused(here, await answer.text());
      else if (here) mistaken(here);
    }
  });
}

function stop(event) {
  event.preventDefault();
  asked(event.target.action, { method: 'POST' });
  for (const said of document.querySelectorAll('.progress:not([hidden]) .words')) said.textContent = words.stopping;
}

function busy(is) {
  for (const button of document.querySelectorAll('form[data-job] button')) button.disabled = is;
}

/** A job that was not begun: what is wrong stands where it was asked for. */
function refused(place, html) {
  const trouble = new DOMParser().parseFromString(html, 'text/html').querySelector('.trouble');
  const progress = place.querySelector('.progress');
  shape(progress, false);
  progress.querySelector('.words').textContent = progress.dataset.failed;
  progress.querySelector('.failure').replaceChildren(...(trouble ? trouble.querySelectorAll('.mistake, p') : [html]));
}

/** Nothing was begun, since what stands on the page could not be kept: the field with the mistake is shown. */
function mistaken(place) {
  const field = document.querySelector('.field.wrong');
  if (!field) return;
  const progress = place.querySelector('.progress');
  shape(progress, false);
  progress.querySelector('.words').textContent = words.mistaken;
  say(words.mistaken);
  field.scrollIntoView({ block: 'center' });
  field.querySelector('[aria-invalid="true"]')?.focus({ preventScroll: true });
}

function shape(progress, isRunning) {
  progress.hidden = false;
  progress.querySelector('progress').hidden = !isRunning;
  progress.querySelector('svg').setAttribute('hidden', '');
  progress.querySelector('.failure').replaceChildren();
}

const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);

function follow(place, shown, isUnknown) {
  const progress = place.querySelector('.progress');
  const [said, bar, failure] = ['.words', 'progress', '.failure'].map((one) => progress.querySelector(one));
  const curve = losses(progress.querySelector('svg.losses'));
  let first = null;
  let isShown = false;
  const show = () => {
    if (isShown) return;
    isShown = true;
    shape(progress, true);
    busy(true);
    bar.removeAttribute('value');
    stopping(progress, true);
  };
  if (!isUnknown) {
    show();
    said.textContent = words.starting;
    progress.scrollIntoView({ block: 'nearest' });
  }
  const events = new EventSource(place.dataset.events);
  const on = (name, heard) => events.addEventListener(name, (event) => heard(event.data ? JSON.parse(event.data) : {}));
  const end = (text) => {
    events.close();
    busy(false);
    stopping(progress, false);
    curve.hide();
    bar.hidden = true;
    said.textContent = text;
    progress.hidden = !text;
  };
  events.addEventListener('open', curve.clear);
  on('idle', () => events.close());
  on('drawing', () => { show(); said.textContent = progress.dataset.drawing; });
  on('judging', () => { show(); said.textContent = progress.dataset.judging; bar.removeAttribute('value'); });
  on('trained', ({ epoch, of, train_loss: train_, valid_loss: valid }) => {
    show();
    first ??= { at: performance.now(), epoch };
    const each = epoch > first.epoch ? (performance.now() - first.at) / (epoch - first.epoch) : 0;
    bar.value = epoch / of;
    said.textContent = filled(progress.dataset.trained, { epoch, of, loss: Number(train_).toFixed(3), left: Math.ceil(((of - epoch) * each) / 1000) });
    curve.add(epoch, of, Number(train_), valid === null ? NaN : Number(valid));
  });
  on('done', async ({ run: number }) => {
    // A page that was only opened again, and saw nothing of it run, shows the result already.
    if (isUnknown && !isShown) { events.close(); return; }
    end('');
    say(words.done);
    // Where nothing is trained, the place of the check knows.
    const { see, conclude, expect } = (document.getElementById('train') ?? place).dataset;
    // Of an exercise that was given up there is no run to see.
    const parts = number === null ? { conclude, expect } : { see: see + number, conclude, expect };
    // What was asked for comes first, and takes the focus.
    await renew(`#${shown}`, parts[shown]);
    const title = document.querySelector(shown === 'see' ? '#see-title' : number === null ? '#debrief' : '#conclude .verdict h3');
    title?.setAttribute('tabindex', '-1');
    title?.focus({ preventScroll: true });
    title?.scrollIntoView({ block: 'start' });
    for (const [name, address] of Object.entries(parts)) if (name !== shown) await renew(`#${name}`, address);
  });
  on('ended', () => { end(progress.dataset.ended); say(progress.dataset.ended); });
  on('failed', ({ document: told, told: error, status, ran }) => {
    const what = ran ? progress.dataset.unkept : progress.dataset.failed;
    end(what);
    const { lang } = document.documentElement;
    const lines = (told?.faults ?? []).map((fault) => `${fault.file}${fault.key ? `, ${fault.key}` : ''}: ${fault.found[lang]} → ${fault.expected[lang]}`);
    failure.replaceChildren(...(told ? lines : [status?.[lang], error]).filter(Boolean).map((line) => el('p', {}, line)));
    say(`${what} ${failure.textContent}`);
  });
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) busy(false);
    if (isShown) said.textContent = words.lost;
  };
}

/** The way to stop stands where the job is shown. */
function stopping(progress, is) {
  const form = document.querySelector('form[data-stop]');
  if (!form) return;
  let own = progress.querySelector('form[data-stop]');
  if (!own) {
    own = form.cloneNode(true);
    own.addEventListener('submit', stop);
    progress.append(own);
  }
  own.hidden = !is;
  if (is && (document.activeElement === document.body || document.activeElement?.disabled)) own.querySelector('button').focus({ preventScroll: true });
}

const [WIDE, LEFT, LOW] = [400, 34, 104];

/** The loss as it falls, in the picture that the page has for it. */
function losses(picture) {
  const lines = { train: picture.querySelector('.train'), valid: picture.querySelector('.valid') };
  const label = (key, at) => {
    const made = picture.querySelector(`.${key}`) ?? svg('text', { class: key });
    for (const [name, value] of Object.entries(at)) made.setAttribute(name, value);
    picture.append(made);
    return made;
  };
  const [top, low] = [label('top', { x: 2, y: 14 }), label('low', { x: 2, y: LOW })];
  const ends = { train: label('train-name', {}), valid: label('valid-name', {}) };
  ends.train.textContent = words.lossTrain;
  ends.valid.textContent = words.lossValid;
  let points = [];
  const clear = () => { points = []; };
  const add = (epoch, of, train_, valid) => {
    if (!Number.isFinite(train_)) return;
    points.push({ epoch, train: train_, valid });
    picture.removeAttribute('hidden');
    const values = points.flatMap((point) => [point.train, point.valid]).filter(Number.isFinite);
    const [least, most] = [Math.min(...values), Math.max(...values)];
    const x = (n) => LEFT + (of > 1 ? (n - 1) / (of - 1) : 0) * (WIDE - LEFT - 70);
    const y = (value) => LOW - ((value - least) / (most - least || 1)) * (LOW - 12);
    top.textContent = most.toFixed(2);
    low.textContent = least.toFixed(2);
    const apart = Math.abs(y(train_) - y(valid)) < 13 ? (train_ >= valid ? [-6, 7] : [7, -6]) : [0, 0];
    ['train', 'valid'].forEach((name, n) => {
      const all = points.filter((point) => Number.isFinite(point[name]));
      lines[name].setAttribute('points', all.map((point) => `${x(point.epoch).toFixed(1)},${y(point[name]).toFixed(1)}`).join(' '));
      ends[name].setAttribute('visibility', all.length ? 'visible' : 'hidden');
      if (!all.length) return;
      ends[name].setAttribute('x', Math.min(x(epoch) + 5, WIDE - 62));
      ends[name].setAttribute('y', y(all.at(-1)[name]) + 4 + apart[n]);
    });
  };
  return { clear, add, hide: () => picture.setAttribute('hidden', '') };
}
