// What the workbench takes of a learner's time, in a real browser: the first page, every page, the first loss, the threshold's handle.
// Figures only: a computer that is busy is not an error. `node speed.mjs`, or some of: start pages loss handle.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { awake, trained } from './hands.mjs';
import { closed, opened, started, workbench } from './workbench.mjs';

const median = (all) => [...all].sort((a, b) => a - b)[Math.floor(all.length / 2)];
const ms = (value) => `${value.toFixed(1)} ms`;
const told = (all) => `median ${ms(median(all))}, worst ${ms(Math.max(...all))} of ${all.length}`;
const chosen = process.argv.slice(2);
const parts = { start, pages, loss, handle };
for (const [name, part] of Object.entries(parts)) if (!chosen.length || chosen.includes(name)) await part();
await closed();

/** From the start of the program to the whole first page, as a browser gets it and as it is painted. */
async function start() {
  const [answered, painted] = [[], []];
  for (let n = 0; n < 10; n += 1) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'practicum-'));
    const at = performance.now();
    const { child, address } = await started(folder, 'en');
    const told_ = performance.now() - at;
    const first = await fetch(address, { redirect: 'manual' });
    const page = await fetch(new URL(first.headers.get('location'), address), { headers: { cookie: first.headers.get('set-cookie').split(';')[0] } });
    await page.text();
    answered.push(performance.now() - at);
    const context = await (await opened()).newContext();
    const tab = await context.newPage();
    await tab.goto(address);
    // What the browser itself takes to begin is not ours.
    const paint = await tab.evaluate(() => new Promise((found) => {
      new PerformanceObserver((list) => { const one = list.getEntriesByName('first-contentful-paint')[0]; if (one) found(one.startTime); }).observe({ type: 'paint', buffered: true });
    }));
    painted.push(told_ + paint);
    await context.close();
    child.kill('SIGINT');
    fs.rmSync(folder, { recursive: true, force: true });
  }
  console.log(`first page, start of the program to its last byte: ${told(answered)}`);
  console.log(`            and painted, the browser's own start aside: ${told(painted)}`);
}

/** Every page of every exercise, not begun, begun and run once: the slowest of five calls, and its size. */
async function pages() {
  const bench = await workbench('ja');
  const { page } = bench;
  const base = page.url();
  const ids = await page.locator('.card h3 a').evaluateAll((all) => [...new Set(all.map((one) => one.getAttribute('href')))]);
  const lines = [];
  const look = async (address) => {
    const times = [];
    let bytes = 0;
    for (let n = 0; n < 6; n += 1) {
      const at = performance.now();
      const answer = await bench.context.request.get(new URL(address, base).href);
      bytes = (await answer.body()).length;
      times.push(performance.now() - at);
    }
    const [first, ...again] = times;
    lines.push({ address, first, median: median(again), worst: Math.max(...again), kB: bytes / 1000 });
  };
  const assets = await page.evaluate(() => performance.getEntriesByType('resource').reduce((sum, one) => sum + one.encodedBodySize, 0));
  await look('/');
  for (const id of ids) await look(id);
  for (const id of ids) {
    await page.goto(new URL(id, base).href);
    await page.locator('form.begin button.main').click();
    await awake(page);
    await look(id);
    const train = page.locator('#train button.main');
    if (!(await train.count())) continue;
    await trained(page, () => train.click()).catch((error) => console.log(`    ${id}: ${error.message.split('\n')[0]}`));
    await look(id);
    await look(`${id}/see/1`);
    await look(`${id}/report/1`);
    await look(`${id}/rows/1.json`);
  }
  await bench.end();
  console.log(`pages (style and scripts beside them: ${(assets / 1000).toFixed(0)} kB, kept by the browser)`);
  for (const line of lines) console.log(`    ${line.address.padEnd(34)} first ${ms(line.first).padStart(9)}, then ${ms(line.median).padStart(8)} (worst ${ms(line.worst)}), ${line.kB.toFixed(0)} kB`);
}

/** From the click on Train to the first loss in the picture, and what of it passes while patients and pictures are drawn. */
async function loss() {
  for (const id of ['sepsis-alarm', 'pneumonia-films']) {
    const bench = await workbench('en');
    const { page } = bench;
    await page.addInitScript(() => {
      globalThis.seen = {};
      const see = (name) => { globalThis.seen[name] ??= performance.now(); };
      document.addEventListener('click', (event) => event.target.closest('#train button.main') && (globalThis.seen = { click: performance.now() }), true);
      const Source = globalThis.EventSource;
      globalThis.EventSource = class extends Source {
        constructor(...all) {
          super(...all);
          super.addEventListener('open', () => see('listening'));
          for (const name of ['drawing', 'trained', 'done']) super.addEventListener(name, () => see(name));
          super.addEventListener('trained', ({ data }) => see(`pass ${JSON.parse(data).epoch}`));
        }
      };
      new MutationObserver(() => { if (document.querySelector('.losses .train')?.getAttribute('points')) requestAnimationFrame(() => requestAnimationFrame(() => see('painted'))); })
        .observe(document, { subtree: true, attributes: true, attributeFilter: ['points'] });
    });
    await page.goto(new URL(`x/${id}`, page.url()).href);
    await page.locator('form.begin button.main').click();
    await awake(page);
    const all = [];
    for (let n = 0; n < 5; n += 1) {
      await trained(page, () => page.locator('#train button.main').click());
      all.push(await page.evaluate(() => globalThis.seen));
    }
    const from = (a, b) => told(all.map((seen) => seen[b] - seen[a]));
    console.log(`first loss, ${id}`);
    for (const [a, b] of [['click', 'listening'], ['click', 'drawing'], ['drawing', 'trained'], ['pass 1', 'pass 2'], ['trained', 'painted'], ['click', 'painted']]) {
      console.log(`    ${a} to ${b}: ${from(a, b)}`);
    }
    // Between the first word and the first loss rows and pictures are drawn, and one pass is made, which takes what the second takes.
    const ours = all.map((seen) => seen.painted - seen.click - Math.max(0, seen['pass 1'] - seen.drawing - (seen['pass 2'] - seen['pass 1'])));
    console.log(`    click to painted, drawing aside: ${told(ours)}`);
    await bench.end();
  }
}

/** 100 moves of the handle over 10,000 test rows: what the page's own thread does for each, by its clock and by the browser's trace. */
async function handle() {
  const bench = await workbench('en');
  const { page } = bench;
  await page.addInitScript(() => {
    globalThis.drawn = [];
    const request = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (call) => request((time) => {
      const at = performance.now();
      call(time);
      const scripted = performance.now() - at;
      document.body.getBoundingClientRect();
      globalThis.drawn.push([scripted, performance.now() - at]);
    });
  });
  await page.goto(new URL('x/sepsis-alarm', page.url()).href);
  await page.locator('form.begin button.main').click();
  await awake(page);
  const plan = path.join(bench.folder, 'practicum/sepsis-alarm/plan.toml');
  const text = fs.readFileSync(plan, 'utf8');
  fs.writeFileSync(plan, text.replace(/^valid = .*$/m, 'valid = 0.1').replace(/^test = .*$/m, 'test = 0.77'));
  await page.reload();
  await awake(page);
  await trained(page, () => page.locator('#train button.main').click());
  const risks = page.locator('.handle .risks');
  await risks.scrollIntoViewIfNeeded();
  const rows = await page.evaluate(async () => (await (await fetch(document.querySelector('.handle').dataset.rows)).json()).p.length);
  const box = await risks.boundingBox();
  const [y, at] = [box.y + box.height / 2, (share) => box.x + share * box.width];
  await page.mouse.move(at(0.1), y);
  await page.mouse.down();
  await page.waitForTimeout(300);
  await page.evaluate(() => { globalThis.drawn = []; });
  const browser = await opened();
  await browser.startTracing(page, { categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline', 'toplevel'] });
  for (let n = 0; n < 100; n += 1) {
    await page.mouse.move(at(0.1 + 0.8 * Math.abs(Math.sin(n))), y);
    await page.waitForTimeout(40);
  }
  const { traceEvents } = JSON.parse(await browser.stopTracing());
  await page.mouse.up();
  const drawn = await page.evaluate(() => globalThis.drawn);
  console.log(`handle over ${rows} test rows, ${drawn.length} redraws`);
  console.log(`    script: ${told(drawn.map(([script]) => script))}`);
  console.log(`    script and layout: ${told(drawn.map(([, both]) => both))}`);
  // By the trace: all that the page's thread does from a move on, up to the next: script, style, layout, paint, commit.
  const moves = traceEvents.filter((one) => one.name === 'EventDispatch' && one.args?.data?.type === 'pointermove');
  const { pid, tid } = moves[0];
  const tasks = traceEvents.filter((one) => one.pid === pid && one.tid === tid && one.name === 'ThreadControllerImpl::RunTask' && one.ph === 'X');
  const sums = moves.map((move, n) => tasks.filter((task) => task.ts + task.dur > move.ts && task.ts < (moves[n + 1]?.ts ?? Infinity)).reduce((sum, task) => sum + task.dur / 1000, 0));
  console.log(`    everything on the page's thread, by the trace: ${told(sums)}`);
  // What draws: the frame's script, style, layout and paint; a layout that its script asks for counts twice.
  const kinds = ['FireAnimationFrame', 'UpdateLayoutTree', 'Layout', 'PrePaint', 'Paint', 'Layerize', 'Commit'];
  const drawing = traceEvents.filter((one) => one.pid === pid && one.tid === tid && one.ph === 'X' && kinds.includes(one.name));
  const within = (n) => drawing.filter((one) => one.ts >= moves[n].ts && one.ts < (moves[n + 1]?.ts ?? Infinity));
  console.log(`    of it what draws: ${told(moves.map((_, n) => within(n).reduce((sum, one) => sum + one.dur / 1000, 0)))}`);
  await bench.end();
}
