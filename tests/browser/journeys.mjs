// What learners do, from the list of exercises to the passed check; and what goes wrong on the way.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { SECTIONS, awake, begin, differing, draw, figure, passed, tab, trained } from './hands.mjs';
import { looked, pictured } from './workbench.mjs';

const ROWS = {
  en: { missed: 'missed per 1,000', alerts: 'alerts per true case', auroc: 'AUROC' },
  ja: { missed: '1,000人あたりの見逃し', alerts: '真陽性1人あたりの警報', auroc: 'AUROC' },
};

/** The sepsis alarm, with the mouse. */
export async function tabular(bench) {
  const { page, lang } = bench;
  const wrong = await looked(bench, 'home');
  await page.locator('.card a[href$="/x/sepsis-alarm"]').first().click();
  wrong.push(...(await looked(bench, 'before', ['.brief', '.begin'])));
  await page.goBack();
  await begin(page, 'sepsis-alarm');

  // Look: by hospital instead of by outcome.
  const difference = await differing(page);
  await page.locator('#look details summary').first().click();

  // Expect: a range drawn on its rail, a choice.
  await draw(page, page.locator('#expect .track'), [0.2, 0.4], [0.5, 0.4]);
  const [low, high] = await Promise.all(['low', 'high'].map((end) => page.locator(`[name="alarms_as_it_is:${end}"]`).inputValue()));
  assert.ok(Number(low) > 100 && Number(low) < 300 && Number(high) > 400 && Number(high) < 600, `${low} to ${high}`);
  await page.locator('[name="misses_after"][value="fewer"]').check();
  wrong.push(...(await looked(bench, 'sepsis-begun', SECTIONS)));

  // The alarm as it is.
  await trained(page, () => page.locator('#train button.main').click());
  await page.locator('#expect .sealed').first().waitFor();
  assert.equal(await page.locator('#expect form').count(), 0);
  assert.ok((await page.locator('#expect').textContent()).includes(low), 'as it was drawn');

  // The handle: more is missed and fewer false alarms ring where it is moved up; then it is moved down, and written.
  const cell = (name) => page.locator('.tally tr', { has: page.locator(`path.${name}`) }).locator('.now').textContent().then(Number);
  const before = { missed: await cell('missed'), false: await cell('false') };
  const risks = page.locator('.handle .risks');
  await draw(page, risks, [0.25, 0.5], [0.6, 0.5]);
  await page.waitForFunction((old) => Number(document.querySelector('.tally tr:nth-child(2) .now').textContent) > old, before.missed);
  assert.ok((await cell('false')) < before.false);
  await pictured(bench, 'workbench-threshold', '.handle');
  const ends = await page.locator('.handle .risks text[text-anchor="end"]').allTextContents();
  const end = Math.max(...ends.map((text) => (/^\d+%$/.test(text) ? parseFloat(text) : 0)));
  await draw(page, risks, [0.5, 0.5], [(10 + (620 * 10) / end) / 640, 0.5]);
  await page.locator('.handle button').click();
  await page.waitForFunction(() => Math.abs(Number(document.querySelector('[name="operate.threshold"]').value) - 0.1) < 0.01);

  // Decide: who tests, who adjusts, and how.
  const field = (name) => page.locator(`div.field:has([name="${name}"])`);
  await field('split.test').locator('select').first().selectOption('share');
  await page.locator('[name="split.test"]').fill('0.3');
  await field('operate.on').locator('.terms select').first().selectOption('site');
  await field('operate.on').locator('.terms li select').nth(2).selectOption('regional');
  assert.equal(await page.locator('[name="operate.on"]').inputValue(), "site = 'regional'");
  await page.locator('[name="operate.calibrate"]').selectOption('platt');
  await pictured(bench, 'workbench-decide', '#plan fieldset:has([name="split.test"])');
  await trained(page, () => page.locator('#train button.main').click());
  assert.match(fs.readFileSync(path.join(bench.folder, 'practicum/sepsis-alarm/plan.toml'), 'utf8'), /calibrate = "platt"/);

  // One patient: the model answers, and answers otherwise when a value is moved.
  await page.locator('#try [name="row"]').fill('3');
  await page.locator('#try button').click();
  const risk = () => page.locator('#try td').filter({ hasText: '%' }).allTextContents();
  await page.locator('#try input[type="range"][name="set:age"]').waitFor();
  const [asItIs, same] = await risk();
  assert.equal(asItIs, same, 'nothing was moved');
  await page.locator('#try input[name="set:age"]').fill('99');
  await page.locator('#try button').click();
  await page.waitForFunction(() => { const [a, b] = [...document.querySelectorAll('#try td')].map((td) => td.textContent).filter((text) => text.includes('%')); return a !== b; });
  assert.equal((await risk())[0], asItIs, 'the patient as they are');

  // Any two runs side by side.
  await page.locator('#see form[action$="/compare"] button').click();
  await page.locator('#compared table').first().waitFor();

  // Conclude from the test rows of the regional hospital.
  const missed = await figure(page, ROWS[lang].missed, 'site = regional');
  const alerts = await figure(page, ROWS[lang].alerts, 'site = regional');
  await page.locator('[name="missed:low"]').fill(String(missed.low));
  await page.locator('[name="missed:high"]').fill(String(missed.high));
  await page.locator('[name="alerts_per_case"]').fill(String(alerts.value));
  await page.locator(`[name="what_changed"][value="${difference}"]`).check();
  await page.locator('#memo').fill(lang === 'ja' ? '地域病院の病棟で使います。毎月、観察/期待比を確かめます。' : 'Use it on the regional wards. Check observed/expected each month.');
  await trained(page, () => page.locator('.judge button.main').click(), '.verdict');
  await passed(page);
  await pictured(bench, 'workbench-verdict', '.verdict');
  wrong.push(...(await looked(bench, 'sepsis-passed', SECTIONS)));

  // The other language, at the same place, with the same work.
  await page.locator(`.lang button[value="${lang === 'ja' ? 'en' : 'ja'}"]`).click();
  await page.locator(`html[lang="${lang === 'ja' ? 'en' : 'ja'}"] #debrief`).waitFor();
  await page.locator(`.lang button[value="${lang}"]`).click();
  await page.locator(`html[lang="${lang}"] #debrief`).waitFor();

  // A report that stands alone.
  const [report] = await Promise.all([bench.context.waitForEvent('page'), page.locator('.runs a[target]').first().click()]);
  await report.waitForLoadState();
  assert.equal(await report.locator('script').count(), 0);
  wrong.push(...(await looked({ ...bench, page: report }, 'sepsis-report')));
  return wrong;
}

/** The chest films, with the mouse. */
export async function imaging(bench) {
  const { page, lang } = bench;
  const wrong = [];
  await begin(page, 'pneumonia-films');

  // Look: healthy films of the clinic; one enlarged, two side by side.
  await page.locator('#look a[href*="column=pneumonia&value=0"]').click();
  await page.locator('#look a[href*="value=0"][aria-current]').waitFor();
  await pictured(bench, 'workbench-wall-ja', '.wall');
  await page.locator('.wall button').first().click();
  await page.locator('dialog[open] .ruler').waitFor();
  wrong.push(...(await looked(bench, 'films-enlarged', ['dialog'])));
  await page.keyboard.press('Escape');
  for (const n of [0, 1]) await page.locator('.wall .pick').nth(n).click();
  await page.locator('dialog[open] figure').nth(1).waitFor();
  await page.locator('dialog[open] button').last().click();

  await page.locator('[name="found_there:low"]').fill('60');
  await page.locator('[name="found_there:high"]').fill('９０');
  await page.locator('[name="same_film"][value="hardly"]').check();

  // Decide: what is left of the picture is drawn on it.
  await page.locator('[name="image.crop.left"]').evaluate((input) => input.closest('.group').scrollIntoView());
  const whole = page.locator('.draw > svg').first();
  await draw(page, whole, [11.2 / 64, 9.2 / 64], [52.8 / 64, 51.8 / 64]);
  const crop = await Promise.all(['left', 'right', 'top', 'bottom'].map((edge) => page.locator(`[name="image.crop.${edge}"]`).inputValue()));
  assert.deepEqual(crop, ['11', '11', '9', '12']);
  await pictured(bench, 'workbench-rectangle-ja', '#plan fieldset:has([name="image.crop.left"])');
  await page.locator('[name="image.normalise"]').selectOption('picture');
  await page.locator('[name="split.valid"]').fill('25%');
  await page.locator('[name="operate.threshold"]').fill('0.91');
  await page.locator('.thumbs button').nth(1).waitFor();
  wrong.push(...(await looked(bench, 'films-begun', SECTIONS)));
  await trained(page, () => page.locator('#train button.main').click());
  const plan = fs.readFileSync(path.join(bench.folder, 'practicum/pneumonia-films/plan.toml'), 'utf8');
  assert.match(plan, /valid = 0\.25/);
  assert.match(plan, /sensitivity = 0\.91/);
  assert.doesNotMatch(plan, /batch_norm/, 'what was not touched is not written');

  // See: what it got most wrong, enlarged.
  await page.locator('.mistakes button').first().click();
  await page.locator('dialog[open] img').waitFor();
  await page.keyboard.press('Escape');

  const auroc = await figure(page, ROWS[lang].auroc, 'site = emergency');
  await page.locator('[name="auroc:low"]').fill(String(auroc.low));
  await page.locator('[name="auroc:high"]').fill(String(auroc.high));
  await page.locator('[name="where_it_looked"][value="lower_right"]').check();
  await trained(page, () => page.locator('.judge button.main').click(), '.verdict');
  await passed(page);
  wrong.push(...(await looked(bench, 'films-passed', SECTIONS)));
  return wrong;
}

/** The sepsis alarm, with the keyboard alone. */
export async function keyboard(bench) {
  const { page, lang } = bench;
  const press = (...keys) => keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const to = (selector) => tab(page, page.locator(selector).first());
  const type = async (selector, text) => {
    await to(selector);
    await press('Control+a');
    await page.keyboard.type(text);
  };
  const choose = async (selector, value) => {
    await to(selector);
    const options = await page.locator(selector).first().evaluate((select) => [...select.options].map((option) => option.value));
    await press('Home', ...Array(options.indexOf(value)).fill('ArrowDown'));
  };
  await to('.card a[href$="/x/sepsis-alarm"]');
  await press('Enter');
  await page.locator('form.begin').waitFor();
  await to('form.begin button.main');
  await press('Enter');
  await awake(page);
  // What a word means is shown where it has the focus, until Escape.
  await to('.brief a.term');
  await page.locator('#meaning').waitFor();
  assert.equal(await page.locator('#meaning').textContent(), await page.evaluate(() => document.activeElement.dataset.about));
  await press('Escape');
  await page.locator('#meaning').waitFor({ state: 'hidden' });
  await choose('#look-by', 'site');
  const difference = await differing(page);
  await type('[name="alarms_as_it_is:low"]', '200');
  await type('[name="alarms_as_it_is:high"]', '450');
  await to('[name="misses_after"]');
  await press('Space', 'ArrowDown');
  await to('#train button.main');
  await trained(page, () => press('Enter'));

  // The focus is at the result; the handle is moved with the arrows from 25% to 10%, and written.
  await to('.handle .grip');
  await press(...Array(15).fill('ArrowLeft'));
  await page.locator('.handle .grip[aria-valuenow="10.0"]').waitFor();
  await to('.handle button');
  await press('Enter');
  await page.waitForFunction(() => document.querySelector('[name="operate.threshold"]').value === '0.1' && !document.querySelector('#plan[data-dirty]'));

  // From the top again.
  await page.evaluate(() => document.activeElement.blur());
  await choose('div.field:has([name="split.test"]) select', 'share');
  await type('[name="split.test"]', '０．３');
  await choose('div.field:has([name="operate.on"]) .terms select', 'site');
  await choose('div.field:has([name="operate.on"]) .terms li select:nth-of-type(3)', 'regional');
  await choose('[name="operate.calibrate"]', 'platt');
  await to('#train button.main');
  await trained(page, () => press('Enter'));
  const missed = await figure(page, ROWS[lang].missed, 'site = regional');
  const alerts = await figure(page, ROWS[lang].alerts, 'site = regional');
  await type('[name="missed:low"]', String(missed.low));
  await type('[name="missed:high"]', String(missed.high));
  await type('[name="alerts_per_case"]', String(alerts.value));
  await to('[name="what_changed"]');
  await press('Space');
  const values = await page.locator('[name="what_changed"]').evaluateAll((all) => all.map((one) => one.value));
  await press(...Array(values.indexOf(difference)).fill('ArrowDown'));
  await to('.judge button.main');
  await trained(page, () => press('Enter'), '.verdict');
  await passed(page);
  return [];
}

/** Somebody stops trying: the debrief says what came of what they expected, and a field with a mistake does not hold them up. */
export async function givingUp(bench) {
  const { page } = bench;
  await begin(page, 'sepsis-alarm');
  await draw(page, page.locator('#expect .track'), [0.2, 0.4], [0.5, 0.4]);
  await page.locator('[name="misses_after"][value="fewer"]').check();
  await trained(page, () => page.locator('#train button.main').click());
  await page.locator('[name="train.epochs"]').fill('many');
  await page.locator('.giveup summary').click();
  await trained(page, () => page.locator('.giveup button').first().click(), '#conclude');
  const told = await page.locator('#debrief').textContent();
  assert.match(told, /What you expected, and what came/);
  assert.match(told, /You expected: \d[\d,]* to \d[\s\S]*It came: \d[\s\S]*You expected: [\s\S]*It came: /);
  assert.equal(await page.locator('.giveup').count(), 0, 'it is over');
  return looked(bench, 'given-up', ['#conclude', '#debrief']);
}

/** What goes wrong: a mistake at its field, a file changed elsewhere, a page opened again while something runs, a stop. */
export async function troubles(bench) {
  const { page } = bench;
  await begin(page, 'sepsis-alarm');
  const file = path.join(bench.folder, 'practicum/sepsis-alarm/plan.toml');
  const read = () => fs.readFileSync(file, 'utf8');

  // A mistake stands at its field, what was typed stays, the file is as it was.
  const first = read();
  await page.locator('[name="train.epochs"]').fill('many');
  await page.locator('#plan .buttons button').click();
  const epochs = page.locator('[name="train.epochs"][aria-invalid="true"]');
  await epochs.waitFor();
  assert.equal(await epochs.inputValue(), 'many');
  assert.ok(await epochs.evaluate((input) => input === document.activeElement));
  assert.equal(read(), first);
  const wrong = await looked(bench, 'mistake', ['#decide']);

  // Signs as they are typed in Japan, per cent, a decimal comma.
  for (const [name, typed, kept] of [['train.epochs', '２５', 'epochs = 25'], ['operate.threshold', '１０％', 'threshold = 0.1'], ['split.valid', '0,3', 'valid = 0.3'], ['train.learning_rate', '0.02', 'learning_rate = 0.02'], ['train.learning_rate', '', '']]) {
    await page.locator(`[name="${name}"]`).evaluate((input) => input.closest('details')?.setAttribute('open', ''));
    await page.locator(`[name="${name}"]`).fill(typed);
    await page.locator('#plan .buttons button').click();
    await page.locator('#plan:not([data-dirty])').waitFor();
    if (kept) assert.ok(read().includes(kept), `${typed}: ${read()}`);
    else assert.ok(!read().includes('learning_rate'), 'a field left empty takes the key away');
  }

  // Changed in an editor while the page holds something else: nothing is overwritten, and one click takes what was here.
  await page.locator('[name="train.epochs"]').fill('40');
  fs.writeFileSync(file, read().replace('epochs = 25', 'epochs = 33'));
  await page.locator('#plan .buttons button').click();
  await page.locator('.conflict').waitFor();
  assert.ok(read().includes('epochs = 33'));
  assert.equal(await page.locator('[name="train.epochs"]').inputValue(), '33');
  wrong.push(...(await looked(bench, 'conflict', ['#decide'])));
  await page.locator('.conflict button').click();
  await page.locator('#plan .buttons button').click();
  await page.locator('#plan:not([data-dirty])').waitFor();
  assert.ok(read().includes('epochs = 40'));

  // Changed in an editor while the page holds nothing else: it appears.
  // And what it says takes so long that it is stopped, however slow the computer is.
  fs.writeFileSync(file, read().replace('epochs = 40', 'epochs = 2000\nbatch = 32').replace('kind = "logistic"', 'kind = "mlp"'));
  await page.evaluate(() => window.dispatchEvent(new Event('focus')));
  await page.waitForFunction(() => document.querySelector('[name="train.epochs"]').value === '2000');

  // A page that is opened again takes up what runs; a second page cannot begin another; it can be stopped, and nothing is kept.
  await page.locator('#train button.main').click();
  await page.locator('#train .progress:not([hidden])').waitFor();
  const second = await bench.context.newPage();
  await second.goto(page.url());
  await awake(second);
  await second.locator('#train .progress:not([hidden]) [data-stop] button').click();
  await second.locator('#train .progress [data-stop][hidden]').waitFor({ state: 'attached' });
  await page.locator('#train .progress [data-stop][hidden]').waitFor({ state: 'attached' });
  assert.ok(!fs.existsSync(path.join(bench.folder, 'practicum/sepsis-alarm/results/1')));
  await second.close();
  return wrong;
}

/** An order and a small table, with the mouse; what is wrong is told at its cell. */
export async function asking(bench) {
  const { page, lang } = bench;
  await begin(page, 'falls-review');
  const file = () => fs.readFileSync(path.join(bench.folder, 'practicum/falls-review/answers.toml'), 'utf8');
  const place = (item) => page.locator(`[name="first:${item}"]`);
  const cell = (row, column) => page.locator(`[name="counted:${row}:${column}"]`);
  const wrong = await looked(bench, 'asked-begun', SECTIONS);

  // The order: whoever takes the place of another one leaves it theirs; it is kept once it is whole.
  for (const [item, at] of [['surgery', '1'], ['medicine', '2'], ['geriatrics', '3']]) await place(item).selectOption(at);
  await page.waitForFunction(() => !document.querySelector('#answers[data-dirty]'));
  assert.match(file(), /first = \["surgery", "medicine", "geriatrics"\]/);
  await place('geriatrics').selectOption('1');
  assert.equal(await place('surgery').inputValue(), '3');
  await page.waitForFunction(() => !document.querySelector('#answers[data-dirty]'));
  assert.match(file(), /first = \["geriatrics", "medicine", "surgery"\]/);

  // The table: kept cell by cell; what is empty is named, what cannot be is told at its cell and changes nothing.
  await cell('surgery', 'all').fill('６０');
  await cell('surgery', 'share').fill('5');
  await cell('geriatrics', 'all').click();
  await page.waitForFunction(() => document.querySelector('.begun').textContent.includes('%'));
  await cell('geriatrics', 'all').fill('100');
  await cell('geriatrics', 'share').fill('410');
  await cell('medicine', 'all').click();
  await page.locator('[name="counted:geriatrics:share"][aria-invalid="true"]').waitFor();
  assert.equal(await cell('geriatrics', 'share').inputValue(), '410', 'what was typed stays in sight');
  assert.equal(await page.locator('#answers [aria-invalid="true"]').count(), 1, 'the other cells and the order are right');
  assert.doesNotMatch(file(), /410/);
  wrong.push(...(await looked(bench, 'asked-wrong', ['#conclude'])));
  await cell('geriatrics', 'share').fill('41%');
  await cell('medicine', 'all').fill('140');
  await cell('medicine', 'share').fill('23,6');
  await cell('medicine', 'share').press('Tab');
  await page.waitForFunction(() => !document.querySelector('#answers[data-dirty]') && !document.querySelector('#answers [aria-invalid="true"]'));
  assert.match(file(), /share = 23\.6/);

  // A wrong order is told in words, at the check; the right one passes.
  await place('medicine').selectOption('1');
  await trained(page, () => page.locator('.judge button.main').click(), '.verdict');
  assert.match(await page.locator('.verdict .checks > li').first().getAttribute('class'), /failed/);
  await page.locator('.verdict .hint summary').first().click();
  await place('geriatrics').selectOption('1');
  await trained(page, () => page.locator('.judge button.main').click(), '.verdict');
  const verdicts = await page.locator('.verdict .checks > li').evaluateAll((all) => all.map((one) => one.className));
  assert.deepEqual(verdicts, ['passed', 'passed']);
  await page.reload();
  await awake(page);
  assert.deepEqual([await place('geriatrics').inputValue(), await cell('medicine', 'share').inputValue()], ['1', '23.6']);
  wrong.push(...(await looked(bench, 'asked-passed', SECTIONS)));
  return wrong;
}

/** The same with the keyboard alone. */
export async function askingByKeys(bench) {
  const { page } = bench;
  const to = (selector) => tab(page, page.locator(selector).first());
  await to('.card a[href$="/x/falls-review"]');
  await page.keyboard.press('Enter');
  await page.locator('form.begin').waitFor();
  await to('form.begin button.main');
  await page.keyboard.press('Enter');
  await awake(page);
  for (const [item, at] of [['surgery', 3], ['geriatrics', 1], ['medicine', 2]]) {
    await to(`[name="first:${item}"]`);
    await page.keyboard.press('Home');
    for (let n = 0; n < at; n += 1) await page.keyboard.press('ArrowDown');
  }
  for (const [row, all, share] of [['surgery', '60', '５'], ['geriatrics', '100', '４１'], ['medicine', '140', '２３．６']]) {
    await to(`[name="counted:${row}:all"]`);
    await page.keyboard.type(all);
    await page.keyboard.press('Tab');
    await page.keyboard.type(share);
  }
  await to('.judge button.main');
  await trained(page, () => page.keyboard.press('Enter'), '.verdict');
  const verdicts = await page.locator('.verdict .checks > li').evaluateAll((all) => all.map((one) => `${one.className}: ${one.textContent}`));
  for (const verdict of verdicts) assert.match(verdict, /^passed/);
  assert.equal(verdicts.length, 2);
  const wrong = await looked(bench, 'asked-keys', ['#conclude']);
  await to('.top nav a[href$="/glossary"]');
  await page.keyboard.press('Enter');
  await page.locator('.glossary').waitFor();
  return [...wrong, ...(await looked(bench, 'glossary'))];
}
