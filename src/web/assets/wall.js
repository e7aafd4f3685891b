// Pictures enlarged, with a ruler and what is known of them; two side by side.
import { el, svg } from './dom.js';
import { words } from './words.js';

/** Makes the pictures of the wall open in a window; two that are ticked are laid side by side. */
export function wall(list) {
  const scale = { pixels: Number(list.dataset.size), mm: Number(list.dataset.mm) };
  const buttons = [...list.querySelectorAll('[data-enlarge]')];
  const all = buttons.map((button) => {
    const image = button.querySelector('img');
    return { src: image.getAttribute('src'), row: Number(image.getAttribute('src').match(/(\d+)\.png$/)?.[1]) + 1, alt: image.alt, facts: (button.dataset.facts ?? '').split(/, |、/).filter(Boolean), outlined: button.hasAttribute('data-outlined') };
  });
  buttons.forEach((button, n) => {
    button.addEventListener('click', () => open([all[n]], scale, all));
    const tick = el('input', { type: 'checkbox', class: 'pick', autocomplete: 'off', 'aria-label': `${words.beside}: ${all[n].alt}`, onchange: () => {
      const ticked = buttons.map((_, k) => k).filter((k) => ticks[k].checked);
      if (ticked.length < 2) return;
      for (const one of ticks) one.checked = false;
      open(ticked.map((k) => all[k]), scale);
    } });
    const number = button.closest('li').querySelector('.number');
    const name = el('label', { class: 'number' }, tick, number?.textContent ?? '');
    if (number) number.replaceWith(name); else button.after(name);
  });
  const ticks = [...list.querySelectorAll('.pick')];
  list.before(el('p', { class: 'help' }, words.wall));
}

/** Makes the pictures of what went wrong open in a window. */
export function mistakes(list) {
  for (const image of list.querySelectorAll('img')) {
    const alt = image.closest('figure')?.querySelector('figcaption')?.textContent ?? image.alt;
    const button = el('button', { type: 'button', class: 'picture', 'aria-label': alt, onclick: () => open([{ src: image.getAttribute('src'), alt, facts: [], outlined: false, wide: true }], {}) });
    image.replaceWith(button);
    button.append(image);
  }
}

function open(shown, scale, among) {
  const from = document.activeElement;
  const title = el('h2', { id: 'shown' });
  const body = el('div', { class: 'pair' });
  let here = among?.indexOf(shown[0]) ?? -1;
  const turn = (step) => { here = (here + step + among.length) % among.length; show([among[here]]); };
  const turns = among && among.length > 1
    ? [el('button', { type: 'button', onclick: () => turn(-1) }, words.earlier), el('button', { type: 'button', onclick: () => turn(1) }, words.later)] : [];
  // Where there is a model to ask, the picture that is open can be tried.
  const form = among ? document.querySelector('#try form') : null;
  const ask = () => {
    dialog.close();
    form.elements.row.value = among[here].row;
    form.requestSubmit();
    document.getElementById('try').scrollIntoView({ block: 'start' });
  };
  const tries = form ? [el('button', { type: 'button', onclick: ask }, words.tryIt)] : [];
  const dialog = el('dialog', { 'aria-labelledby': 'shown' }, title, body, el('p', { class: 'buttons' }, ...turns, ...tries, el('button', { type: 'button', onclick: () => dialog.close() }, words.close)));
  const show = (all) => {
    title.textContent = all.length > 1 ? words.sideBySide : all[0].alt.split(/[:：]/)[0];
    body.replaceChildren(...all.map((one) => figure(one, scale)));
  };
  dialog.addEventListener('close', () => { dialog.remove(); from?.focus({ preventScroll: true }); });
  dialog.addEventListener('click', (event) => event.target === dialog && dialog.close());
  if (turns.length) dialog.addEventListener('keydown', (event) => { if (event.key === 'ArrowLeft') turn(-1); else if (event.key === 'ArrowRight') turn(1); });
  show(shown);
  document.body.append(dialog);
  dialog.showModal();
}

function figure(one, { pixels, mm }) {
  const image = el('img', { src: one.src, alt: one.alt });
  const outline = el('input', { type: 'checkbox', autocomplete: 'off', onchange: () => image.setAttribute('src', outline.checked ? one.src.replace(/\.png$/, '-outlined.png') : one.src) });
  const facts = one.facts.map((fact) => fact.split(/[:：]\s*/)).filter((fact) => fact.length > 1);
  return el('figure', { class: one.wide ? 'wide-picture' : null }, image, pixels ? ruler(mm ? pixels * mm : pixels, mm ? 'mm' : words.pixels) : null,
    one.outlined ? el('label', { class: 'option' }, outline, ` ${words.outline}`) : null,
    facts.length ? el('dl', {}, ...facts.flatMap(([name, value]) => [el('dt', {}, name), el('dd', {}, value)])) : el('figcaption', {}, one.alt));
}

/** A scale below a picture of this length. */
function ruler(length, unit) {
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((one) => length / one <= 8) ?? 500;
  const wide = 400;
  const x = (value) => (value / length) * wide;
  const marks = Array.from({ length: Math.floor(length / step) + 1 }, (_, n) => n * step);
  const anchor = (value) => (value === 0 ? 'start' : x(value) > wide - 30 ? 'end' : 'middle');
  return svg('svg', { class: 'ruler', viewBox: `0 0 ${wide} 24`, role: 'img', 'aria-label': `${Math.round(length)} ${unit}` },
    svg('path', { d: `M0 3H${wide}${marks.map((value) => `M${x(value)} 0v7`).join('')}` }),
    ...marks.map((value, n) => svg('text', { x: x(value), y: 20, 'text-anchor': anchor(value) }, n === marks.length - 1 ? `${value} ${unit}` : String(value))));
}
