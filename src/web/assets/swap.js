// Forms and links whose answer takes the place of a part of the page. Focus, scroll, what is unfolded and what was typed meanwhile stay.
import { el, notice, say } from './dom.js';
import { words } from './words.js';

const widgets = [];

/** Which function makes a widget of which elements. */
export function wakes(all) {
  widgets.push(...Object.entries(all));
}

/** Makes the widgets of a part of the page. */
export function wake(root) {
  for (const [selector, widget] of widgets) {
    for (const element of [...(root.matches(selector) ? [root] : []), ...root.querySelectorAll(selector)]) widget(element);
  }
}

/** Asks for something; null, and told in sight, where nobody answers. */
export async function asked(address, how) {
  try {
    const answer = await fetch(address, how);
    notice('');
    return answer;
  } catch {
    notice(words.lost);
    return null;
  }
}

/** Gets a part of the page anew. */
export async function renew(selector, address) {
  const answer = await asked(address);
  return answer ? exchange(selector, await answer.text()) : null;
}

/** Puts the part of an answer that `selector` names in the place of the page's own; `own` is the form that was answered. */
export function exchange(selector, html, own) {
  const answer = new DOMParser().parseFromString(html, 'text/html');
  const old = document.querySelector(selector);
  const next = answer.querySelector(selector) ?? answer.querySelector('.trouble');
  if (!old || !next) return null;
  document.adoptNode(next);
  if (next.matches('.trouble')) {
    old.querySelector('.trouble')?.remove();
    old.append(next);
    next.scrollIntoView({ block: 'nearest' });
    return next;
  }
  const active = document.activeElement;
  const held = old.contains(active) ? place(active) : null;
  const top = active?.getBoundingClientRect().top;
  const open = new Set([...old.querySelectorAll('details[open]')].map(unfolded));
  for (const one of next.querySelectorAll('details')) if (open.has(unfolded(one))) one.open = true;
  // What was typed and is wrong, or was typed while the answer was on its way, stays; of a file that was changed elsewhere, see `conflict`.
  for (const form of old.querySelectorAll('form[data-dirty]')) if (!elsewhere(next) && (form !== own || next.querySelector('.wrong, .mistake p'))) carry(form, next);
  old.replaceWith(next);
  wake(next);
  const again = held && next.querySelector(held);
  if (again) {
    again.focus({ preventScroll: true });
    window.scrollBy({ top: again.getBoundingClientRect().top - top, behavior: 'instant' });
  }
  return next;
}

/** What a folded part is known by: its words, and what it is about. */
function unfolded(details) {
  return `${details.closest('fieldset, figure, li')?.querySelector('legend, figcaption, strong')?.textContent ?? ''} ${details.querySelector('summary')?.textContent}`;
}

/** How an element is found again after its part was replaced. */
function place(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (!element.name) return null;
  const value = ['radio', 'checkbox', 'submit'].includes(element.type) ? `[value="${CSS.escape(element.value)}"]` : '';
  return `[name="${CSS.escape(element.name)}"]${value}`;
}

const ticks = (field) => field.type === 'radio' || field.type === 'checkbox';
const kept = (field) => field.name && field.type !== 'hidden' && field.type !== 'submit';

/** The fields of one form that say something else in another. */
function differing(form, other) {
  return [...form.elements].filter(kept).map((field) => ({ field, now: [...(other?.elements ?? [])].find((one) => one.name === field.name && one.type === field.type && (!ticks(field) || one.value === field.value)) }))
    .filter(({ field, now }) => now && (ticks(field) ? now.checked !== field.checked : now.value !== field.value));
}

function put({ field, now }) {
  if (ticks(field)) now.checked = field.checked;
  else now.value = field.value;
}

function carry(form, next) {
  const same = [...next.querySelectorAll('form')].find((one) => one.getAttribute('action') === form.getAttribute('action'));
  if (!same) return;
  differing(form, same).forEach(put);
  soil(same);
}

/** Where a section says that the file was changed elsewhere, and not written. */
function elsewhere(section) {
  return section?.querySelector(':scope > .notice[role="alert"]') ?? null;
}

let last = Promise.resolve();

/** Sends a form, after those that are on their way; true where it was taken. */
export function send(form, button) {
  const turn = () => sent(form.isConnected ? form : document.querySelector(`form[action="${CSS.escape(form.getAttribute('action'))}"][data-swap]`), button);
  last = last.then(turn, turn);
  return last;
}

async function sent(form, button) {
  if (!form) return false;
  const data = new URLSearchParams(new FormData(form));
  if (button?.name) data.append(button.name, button.value);
  form.setAttribute('aria-busy', 'true');
  const version = form.dataset.dirty;
  const answer = form.method === 'get' ? await asked(`${form.action}?${data}`) : await asked(form.action, { method: 'POST', body: data });
  form.removeAttribute('aria-busy');
  if (!answer) return false;
  const html = await answer.text();
  // What was changed since it was sent is not what was taken.
  const isOvertaken = form.dataset.dirty !== version;
  const next = exchange(form.dataset.swap, html, isOvertaken ? undefined : form);
  const told = form.id === 'plan' && elsewhere(next);
  if (told) conflict(told, form, next.querySelector('#plan'));
  const wrong = next?.querySelector('[aria-invalid="true"], .wrong input, .mistake p');
  if (wrong) {
    wrong.closest('details')?.setAttribute('open', '');
    if (wrong.matches('input, select, textarea')) wrong.focus();
  }
  return answer.ok && !wrong && !told && !next?.matches('.trouble');
}

/** The file was changed elsewhere while something else was changed here: both are shown, and one click takes what was here. */
function conflict(told, mine, theirs) {
  const all = differing(mine, theirs);
  if (!all.length) return;
  const said = (field) => (ticks(field) ? (field.checked ? '✓ ' : '– ') + field.value : field.value || '–');
  const rows = all.map(({ field, now }) => el('tr', {}, el('th', { scope: 'row' }, el('code', {}, field.name)), el('td', {}, said(now)), el('td', {}, said(field))));
  const table = el('table', {}, el('thead', {}, el('tr', {}, el('td'), el('th', { scope: 'col' }, words.inFile), el('th', { scope: 'col' }, words.onPage))), el('tbody', {}, ...rows));
  const button = el('button', { type: 'button', onclick: () => {
    for (const one of all) {
      put(one);
      one.now.dispatchEvent(new Event('input', { bubbles: true }));
      one.now.closest('details')?.setAttribute('open', '');
    }
    soil(theirs);
    box.remove();
    theirs.querySelector('.buttons button')?.focus();
  } }, words.takeMine);
  const box = el('div', { class: 'conflict' }, table, el('p', {}, button));
  told.after(box);
  button.focus();
}

/** Sends the forms that hold something unsaved; false at the first that is not taken. */
export async function saved() {
  for (const selector of ['#expect form[data-dirty]', '#plan[data-dirty]', '#answers[data-dirty]']) {
    const form = document.querySelector(selector);
    if (form && !(await send(form))) {
      document.querySelector(form.dataset.swap)?.scrollIntoView({ block: 'nearest' });
      return false;
    }
  }
  return true;
}

let changes = 0;
function soil(form) {
  if (!form?.matches('[data-swap][method="post"]')) return;
  form.dataset.dirty = String((changes += 1));
  const button = form.querySelector('button:not([type="button"])');
  if (!button) return;
  let told = form.querySelector('.unsaved');
  if (!told) {
    told = el('span', { class: 'unsaved' });
    button.after(' ', told);
  }
  told.textContent = words.unsaved;
}

/** Forms that keep themselves do so once a question is answered whole, and without being replaced unless something is wrong. */
function keep(form) {
  // One after the other: what was said last is what is written last.
  const turn = () => (form.isConnected && form.dataset.dirty ? keeping(form) : null);
  last = last.then(turn, turn);
}

async function keeping(form) {
  const version = form.dataset.dirty;
  const answer = await asked(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
  if (!answer) return;
  const html = await answer.text();
  // Looked at last: what was changed until here is kept by the next turn, and must not be taken for kept.
  if (form.dataset.dirty !== version || !form.isConnected) return;
  const next = new DOMParser().parseFromString(html, 'text/html').querySelector(form.dataset.swap);
  if (!answer.ok || !next || next.querySelector('.wrong, .mistake p')) {
    exchange(form.dataset.swap, html, form);
    return;
  }
  delete form.dataset.dirty;
  // What was wrong is right now.
  for (const mended of form.querySelectorAll('.wrong')) mended.classList.remove('wrong');
  for (const mended of form.querySelectorAll('[aria-invalid]')) mended.removeAttribute('aria-invalid');
  for (const mistake of form.querySelectorAll('.mistake')) mistake.replaceChildren();
  for (const begun of form.querySelectorAll('.begun')) begun.textContent = next.querySelector(`#${CSS.escape(begun.id)}`)?.textContent ?? '';
  const told = form.querySelector('.unsaved');
  if (told) told.textContent = words.kept;
  say(words.kept);
}

function isWhole(field) {
  const group = field.closest('fieldset');
  if (!group || !field.name.includes(':')) return true;
  if (field.closest('table')) return true;
  const places = [...group.querySelectorAll('[data-places] select')].map((one) => one.value);
  if (places.length) return places.every((place) => !place) || (places.every(Boolean) && new Set(places).size === places.length);
  const ends = [...group.querySelectorAll('[name$=":low"], [name$=":high"]')];
  return ends.every((end) => end.value.trim()) || ends.every((end) => !end.value.trim());
}

/** Listens to the whole page, so that parts that come later are heard, too. */
export function listen() {
  // The server may not be told by the browser where one was.
  for (const form of document.querySelectorAll('form.lang')) {
    form.append(el('input', { type: 'hidden', name: 'back', value: window.location.pathname + window.location.search }));
  }
  document.addEventListener('input', (event) => soil(event.target.form));
  document.addEventListener('change', (event) => {
    const form = event.target.form;
    if (!form?.matches('[data-swap]')) return;
    if (form.method === 'get' ? form.matches('[data-auto]') : event.target.matches('[data-kind]')) send(form);
    else if (form.matches('[data-auto]') && form.dataset.dirty && isWhole(event.target)) keep(form);
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    const unsaved = document.querySelectorAll('form[data-dirty]');
    if (form.matches('[data-swap]')) {
      event.preventDefault();
      send(form, event.submitter);
    } else if (form.matches('.lang') && unsaved.length) {
      event.preventDefault();
      const chosen = event.submitter;
      saved().then((is) => { if (is) form.requestSubmit(chosen); });
    }
  });
  document.addEventListener('click', async (event) => {
    const link = event.target.closest('a[data-swap]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const next = await renew(link.dataset.swap, link.href);
    next?.querySelector(`a[href="${CSS.escape(link.getAttribute('href'))}"]`)?.focus({ preventScroll: true });
  });
  // A closed tab loses nothing that can be kept.
  window.addEventListener('pagehide', () => {
    for (const form of document.querySelectorAll('form[data-dirty]')) {
      fetch(form.action, { method: 'POST', body: new URLSearchParams(new FormData(form)), keepalive: true }).catch(() => {});
    }
  });
  // What an editor changed appears here; what is being changed here stays, and the server tells when it is sent.
  window.addEventListener('focus', seen);
  document.addEventListener('visibilitychange', () => document.hidden || seen());
}

async function seen() {
  const form = document.getElementById('plan');
  if (!form || form.dataset.dirty) return;
  const answer = await fetch(form.action).catch(() => null);
  if (!answer?.ok || form.dataset.dirty || !form.isConnected) return;
  const html = await answer.text();
  const digest = new DOMParser().parseFromString(html, 'text/html').querySelector('#plan [name="digest"]')?.value;
  if (!digest || digest === form.elements.digest.value) return;
  exchange('#decide', html);
  say(words.elsewhere);
}
