// What a word means is shown beside it while it is pointed at or has the focus, until Escape. Without scripts its link tells.
import { el } from './dom.js';

let shown = null;
const tip = el('p', { id: 'meaning', role: 'tooltip', hidden: true });

function show(link) {
  if (shown === link) return;
  hide();
  shown = link;
  // The browser's own note would stand beside ours.
  if (link.title) link.dataset.about = link.title;
  link.removeAttribute('title');
  tip.textContent = link.dataset.about;
  document.getElementById('main').append(tip);
  tip.hidden = false;
  link.setAttribute('aria-describedby', tip.id);
  place();
}

function place() {
  if (!shown) return;
  const [at, own] = [shown.getClientRects()[0], tip.getBoundingClientRect()];
  const isBelow = at.bottom + own.height + 4 < window.innerHeight;
  tip.style.left = `${Math.max(8, Math.min(at.left, document.documentElement.clientWidth - own.width - 8))}px`;
  tip.style.top = `${isBelow ? at.bottom : Math.max(0, at.top - own.height)}px`;
}

function hide() {
  shown?.removeAttribute('aria-describedby');
  shown = null;
  tip.hidden = true;
}

/** Listens to the whole page, so that words in parts that come later are heard, too. */
export function terms() {
  // A first touch tells what the word means; a second one follows its link.
  let touched = null;
  const over = (event) => {
    const link = event.target.closest?.('a.term');
    if (event.pointerType === 'touch') touched = link && link !== shown ? link : null;
    if (link) show(link);
    else if (!tip.contains(event.target)) hide();
  };
  document.addEventListener('pointerover', over);
  document.addEventListener('focusin', over);
  document.addEventListener('click', (event) => {
    if (touched && event.target.closest?.('a.term') === touched) event.preventDefault();
    touched = null;
  });
  // The focus may have brought the word into sight only now.
  document.addEventListener('scroll', place, { passive: true, capture: true });
  document.addEventListener('keydown', (event) => event.key === 'Escape' && hide());
}
