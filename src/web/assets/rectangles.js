// What is cut off or blanked out of a picture, drawn on the picture. The fields stay: what stands in them is what is saved.
import { at, drag, el, fresh, svg } from './dom.js';
import { changed } from './fields.js';
import { words } from './words.js';

/** One picture of each group that the wall can be filtered by; of the page that is shown where there are none. */
async function pictures() {
  const first = document.querySelector('.wall img');
  const links = [...document.querySelectorAll('#look form a[href*="value="]')];
  const found = await Promise.all(links.map(async (link) => {
    const html = await fetch(link.href).then((answer) => answer.text()).catch(() => '');
    const image = new DOMParser().parseFromString(html, 'text/html').querySelector('.wall img');
    return image && { src: image.getAttribute('src'), about: link.textContent };
  }));
  return found.some(Boolean) ? found.filter(Boolean) : [{ src: first.getAttribute('src'), about: '' }];
}

/** A picture to draw on, and small ones of other groups that show the same; `paint` gives the shapes, `drawn` takes a rectangle. */
function canvas(before, paint, drawn) {
  const wall = document.querySelector('.wall');
  const size = Number(wall?.dataset.size);
  const first = wall?.querySelector('img');
  if (!first || !size) return () => {};
  const view = { viewBox: `0 0 ${size} ${size}` };
  const image = svg('image', { href: first.getAttribute('src'), width: size, height: size });
  const shapes = svg('g');
  const big = svg('svg', { ...view, 'aria-hidden': 'true' }, image, shapes);
  const row = el('div', { class: 'thumbs' });
  const box = el('div', { class: 'draw' }, big, row);
  let overs = [];
  before.before(box);
  const show = () => { for (const group of [shapes, ...overs]) group.replaceChildren(...paint(size)); };
  // The other groups' pictures come when somebody is about to draw.
  const others = async () => {
    const all = await pictures();
    const buttons = all.map((picture) => {
      const over = svg('g');
      overs.push(over);
      const button = el('button', { type: 'button', 'aria-pressed': 'false', 'aria-label': `${words.drawOn}: ${picture.about}`, onclick: () => {
        image.setAttribute('href', picture.src);
        for (const one of buttons) one.setAttribute('aria-pressed', String(one === button));
      } }, svg('svg', { ...view, 'aria-hidden': 'true' }, svg('image', { href: picture.src, width: size, height: size }), over), picture.about);
      return button;
    });
    row.replaceChildren(...buttons);
    show();
  };
  const group = before.closest('.group') ?? before;
  new IntersectionObserver((seen, observer) => {
    if (!seen.some((one) => one.isIntersecting)) return;
    observer.disconnect();
    others();
  }).observe(group.contains(box) ? box : group);
  let start = [0, 0];
  const inside = (value) => Math.min(size, Math.max(0, value));
  const between = (event) => {
    const end = at(big, event);
    const edge = (n, how, round) => inside(round(how(start[n], end[n])));
    const [left, top] = [edge(0, Math.min, Math.floor), edge(1, Math.min, Math.floor)];
    return { left, top, width: edge(0, Math.max, Math.ceil) - left, height: edge(1, Math.max, Math.ceil) - top };
  };
  drag(big, (event) => { start = at(big, event); drawn(null, size); }, (event) => drawn(between(event), size));
  show();
  return show;
}

const number = (input) => Math.max(0, Math.round(Number(input.value.normalize('NFKC'))) || 0);

/** Edges: what lies inside the rectangle is left. */
export function crop(left) {
  const all = Object.fromEntries(['left', 'right', 'top', 'bottom'].map((name) => [name, left.form.querySelector(`[name="image.crop.${name}"]`)]));
  if (Object.values(all).some((input) => !input)) return;
  const first = left.closest('.field');
  const show = canvas(first, (size) => {
    const edge = Object.fromEntries(Object.entries(all).map(([name, input]) => [name, number(input)]));
    const [wide, high] = [Math.max(0, size - edge.left - edge.right), Math.max(0, size - edge.top - edge.bottom)];
    return [
      svg('path', { class: 'cut', 'fill-rule': 'evenodd', d: `M0 0H${size}V${size}H0ZM${edge.left} ${edge.top}h${wide}v${high}h${-wide}Z` }),
      svg('rect', { class: 'frame', x: edge.left, y: edge.top, width: wide, height: high }),
    ];
  }, (box, size) => {
    if (!box || box.width < 4 || box.height < 4) return;
    const edges = { left: box.left, right: size - box.left - box.width, top: box.top, bottom: size - box.top - box.height };
    for (const [name, value] of Object.entries(edges)) all[name].value = value || '';
    changed(all.left);
    show();
  });
  first.previousElementSibling?.matches('.draw') && first.previousElementSibling.before(el('p', { class: 'help' }, words.drawCrop));
  for (const input of Object.values(all)) {
    input.closest('.field').classList.add('edge');
    input.addEventListener('input', (event) => event.isTrusted && show());
  }
}

const PARTS = ['left', 'top', 'width', 'height'];
const isSeen = (one) => one.width > 0 && one.height > 0;

/** The rectangles of a text `left, top, width, height; …`. */
function read(text) {
  return text.split(';').map((one) => one.split(/[,、，]/).map((part) => Number(part.normalize('NFKC')))).filter((one) => one.length === 4 && one.every(Number.isFinite))
    .map((one) => Object.fromEntries(PARTS.map((part, n) => [part, one[n]])));
}

/** Rectangles that are blanked out: each is drawn, or given as four numbers. */
export function rectangles(field) {
  let all = read(field.value);
  field.classList.add('sql');
  const list = el('ul', { class: 'terms' });
  const add = el('button', { type: 'button', class: 'small', onclick: () => {
    all.push({ left: 0, top: 0, width: 8, height: 8 });
    write();
    draw();
    list.lastElementChild.querySelector('input').focus();
  } }, words.addRectangle);
  const text = el('span', { class: 'as-text' }, words.asNumbers);
  field.before(el('p', { class: 'help' }, words.drawMask), list, el('div', {}, add), text);
  const show = canvas(list, () => all.filter(isSeen).map((one) => svg('rect', { class: 'blank', x: one.left, y: one.top, width: one.width, height: one.height })), (box) => {
    if (!box) {
      all = [...all.filter(isSeen), { left: 0, top: 0, width: 0, height: 0 }];
      return;
    }
    Object.assign(all.at(-1), box);
    write();
    draw();
  });
  field.addEventListener('input', (event) => { if (event.isTrusted) { all = read(field.value); draw(); } });
  draw();

  function write() {
    field.value = all.filter(isSeen).map((one) => PARTS.map((part) => one[part]).join(', ')).join('; ');
    changed(field);
  }
  function draw() {
    list.replaceChildren(...all.filter(isSeen).map((one, n) => el('li', { role: 'group', 'aria-label': words.rectangle(n + 1) },
      ...PARTS.map((part) => {
        const id = fresh();
        return el('span', {}, el('label', { for: id }, `${words[part]} `), el('input', { id, value: one[part], inputmode: 'numeric', size: 3, autocomplete: 'off', oninput: (event) => { one[part] = number(event.target); write(); show(); } }));
      }),
      el('button', { type: 'button', class: 'small', 'aria-label': `${words.remove}: ${words.rectangle(n + 1)}`, onclick: () => { all = all.filter((other) => other !== one); write(); draw(); add.focus(); } }, '×'))));
    show();
  }
}
