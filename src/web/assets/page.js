// The page's scripts begin here. Forms work without them as far as forms can; with them parts of the page are exchanged in place,
// progress is shown as it comes, and the threshold can be moved. Nothing is decided here: the server's files are the truth.
import { listen, wake, wakes } from './swap.js';
import { steps } from './steps.js';
import { condition, rule, share, slider } from './fields.js';
import { crop, rectangles } from './rectangles.js';
import { memo, places, range } from './answers.js';
import { mistakes, wall } from './wall.js';
import { check, run } from './job.js';
import { handle } from './handle.js';
import { terms } from './terms.js';

wakes({
  '[data-condition]': condition,
  '[name="split.valid"], [name="split.test"]': share,
  '.rule': rule,
  '[data-shows]': slider,
  '[name="image.crop.left"]': crop,
  '[data-rectangles]': rectangles,
  '[data-range]': range,
  '[data-places]': places,
  'textarea[data-count]': memo,
  '.handle': handle,
  '.wall': wall,
  '.mistakes': mistakes,
  '#train': run,
  '.judge': check,
  '.toc': steps,
});
listen();
terms();
wake(document.body);
