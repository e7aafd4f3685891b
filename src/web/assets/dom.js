// Making elements.

/** An element with attributes and children; `on…` are listeners, false and null leave an attribute out. */
export function el(name, attributes = {}, ...children) {
  return made(document.createElement(name), attributes, children);
}

/** The same of SVG. */
export function svg(name, attributes = {}, ...children) {
  return made(document.createElementNS('http://www.w3.org/2000/svg', name), attributes, children);
}

function made(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

let last = 0;
/** An id that no other element of the page has. */
export const fresh = () => `made-${(last += 1)}`;

/** A `<select>` of [value, words]. */
export function choice(label, options, chosen, onchange) {
  return el('select', { 'aria-label': label, autocomplete: 'off', onchange },
    ...options.map(([value, words]) => el('option', { value, selected: value === chosen }, words)));
}

/** Where a pointer is in the units of an SVG's viewBox. */
export function at(picture, event) {
  const box = picture.getBoundingClientRect();
  const view = picture.viewBox.baseVal;
  return [view.x + ((event.clientX - box.left) / box.width) * view.width, view.y + ((event.clientY - box.top) / box.height) * view.height];
}

/** Calls `from` where a pointer is pressed and `to` while it moves, until it is let go. */
export function drag(target, from, to) {
  target.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    event.preventDefault();
    target.setPointerCapture(event.pointerId);
    from(event);
    const moved = (next) => to(next);
    target.addEventListener('pointermove', moved);
    const end = () => target.removeEventListener('pointermove', moved);
    target.addEventListener('pointerup', end, { once: true });
    target.addEventListener('pointercancel', end, { once: true });
  });
}

/** Says something to whoever listens instead of looking. */
export function say(words) {
  region('said', 'unseen', 'status').textContent = words;
}

/** Tells what went wrong, in sight, until something goes right. */
export function notice(words) {
  const place = region('told', 'notice told', 'alert');
  place.textContent = words;
  place.hidden = !words;
}

function region(id, look, role) {
  let place = document.getElementById(id);
  if (!place) {
    place = el('p', { id, class: look, role });
    document.body.append(place);
  }
  return place;
}
