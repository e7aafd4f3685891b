// The table of contents shows where one is.
let waiting = false;

function mark() {
  waiting = false;
  const toc = document.querySelector('.toc');
  if (!toc) return;
  const links = [...toc.querySelectorAll('a')];
  const line = window.innerHeight * 0.4;
  let here = links[0];
  for (const link of links) {
    const part = document.querySelector(link.hash);
    const beside = part && getComputedStyle(part).position === 'sticky';
    if (part && !beside && part.getBoundingClientRect().top <= line) here = link;
  }
  const atEnd = window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 4;
  if (atEnd && window.scrollY > 0) here = links.at(-1);
  if (here.getAttribute('aria-current') === 'step') return;
  for (const link of links) link.removeAttribute('aria-current');
  here.setAttribute('aria-current', 'step');
  toc.scrollLeft = here.offsetLeft - (toc.clientWidth - here.offsetWidth) / 2;
}

function later() {
  if (!waiting) requestAnimationFrame(mark);
  waiting = true;
}

window.addEventListener('scroll', later, { passive: true });
window.addEventListener('resize', later);

export function steps() {
  later();
}
