// What a learner's hands do on the page, and what their eyes read there.
import assert from 'node:assert/strict';

export const SECTIONS = ['.brief', '#look', '#expect', '#decide', '#train', '#see', '.handle', '#conclude', '.verdict', '#debrief'];

/** From the list of exercises into one. */
export async function begin(page, id) {
  await page.locator(`.card a[href$="/x/${id}"]`).first().click();
  await page.locator('form.begin button.main').click();
  await awake(page);
}

/** Waits until the page's scripts are at work: the table of contents shows where one is. */
export async function awake(page) {
  await page.locator('.toc a[aria-current]').waitFor();
}

/** Waits until a run or check that a button begins has shown its result. */
export async function trained(page, begun, place = '#see') {
  await page.evaluate((selector) => { for (const element of document.querySelectorAll(selector)) element.dataset.old = ''; }, place);
  await begun();
  await page.locator(`${place}:not([data-old])`).waitFor({ timeout: 300_000 });
  await page.waitForFunction((selector) => document.querySelector(selector).contains(document.activeElement), place);
}

/** A figure of the learner's own test rows: the numbers of the cell in the row and column that are named so. */
export async function figure(page, row, column) {
  const text = await page.locator('#see > .wide table').first().evaluate((table, [name, head]) => {
    const at = [...table.querySelectorAll('thead tr')].map((line) => [...line.cells].findIndex((cell) => cell.textContent.includes(head))).find((found) => found > 0) ?? 1;
    const line = [...table.querySelectorAll('tbody tr')].find((one) => one.cells[0].textContent.trim() === name);
    return line?.cells[at].textContent ?? '';
  }, [row, column]);
  const numbers = text.match(/[\d.]+/g)?.map(Number) ?? [];
  assert.ok(numbers.length >= 3, `${row} of ${column}: "${text}"`);
  return { value: numbers[0], low: numbers[1], high: numbers[2] };
}

/** Draws with the mouse from one place of an element to another, each as shares of its width and height. */
export async function draw(page, target, from, to) {
  await target.scrollIntoViewIfNeeded();
  const box = await target.boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(from));
  await page.mouse.down();
  await page.mouse.move(...at([(from[0] + to[0]) / 2, (from[1] + to[1]) / 2]));
  await page.mouse.move(...at(to));
  await page.mouse.up();
}

/** Every check is passed, and the debrief can be read. */
export async function passed(page) {
  const verdicts = await page.locator('.verdict .checks > li').evaluateAll((all) => all.map((one) => `${one.className}: ${one.textContent}`));
  assert.ok(verdicts.length > 0);
  for (const verdict of verdicts) assert.match(verdict, /^passed/);
  await page.locator('#debrief').waitFor();
}

/** Moves with the Tab key until something has the focus. */
export async function tab(page, target, most = 400) {
  for (let n = 0; n < most; n += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  assert.fail(`the Tab key does not reach ${target}`);
}

/** What differs between the hospitals, as the page's table by hospital tells: a vital sign has another mean, or none has. */
export async function differing(page) {
  await page.locator('#look-by').selectOption('site');
  await page.locator('#look th', { hasText: 'site = regional' }).waitFor();
  const medians = await page.locator('#look tbody tr').evaluateAll((lines) => [...lines.find((line) => line.cells[0].textContent.startsWith('temperature')).cells].slice(2).map((cell) => parseFloat(cell.textContent)));
  return Math.abs(medians[0] - medians[1]) > 0.3 ? 'measurement' : 'baseline_risk';
}
