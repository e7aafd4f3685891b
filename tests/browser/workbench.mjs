// A workbench of its own for each journey, and a browser that looks at it.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { createRequire } from 'node:module';
import { chromium } from 'playwright-core';

const here = import.meta.dirname;
const axe = fs.readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
export const WIDTHS = [390, 820, 1440];

let browser;
export async function opened() {
  browser ??= await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
  return browser;
}
export async function closed() {
  await browser?.close();
}

/** Starts the program in a folder; the address is the first that it tells. */
export async function started(folder, lang, more = []) {
  const program = process.env.PRACTICUM ?? path.join(here, '../../target/release/practicum');
  const child = spawn(path.resolve(program), ['open', '--no-browser', '--lang', lang, ...more], { cwd: folder });
  let told = '';
  const address = await new Promise((found, failed) => {
    const read = (bytes) => {
      told += bytes;
      const match = /http:\/\/\S+/.exec(told);
      if (match) found(match[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', failed);
    child.on('exit', () => failed(new Error(`the program ended: ${told}`)));
  });
  return { child, address };
}

/** Starts the program in an empty folder; `page` shows its first page. */
export async function workbench(lang, options = {}) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'practicum-'));
  const { child, address } = await started(folder, lang, options.arguments);
  const context = await (await opened()).newContext({ viewport: { width: 1440, height: 900 }, locale: lang === 'ja' ? 'ja-JP' : 'en-GB', ...options.context });
  context.setDefaultTimeout(Number(process.env.PATIENCE ?? 60) * 1000);
  const complaints = [];
  const watched = (page) => {
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && complaints.push(`console: ${message.text()} (${message.location().url})`));
    page.on('pageerror', (error) => complaints.push(`script: ${error.stack}`));
  };
  context.on('page', watched);
  if (process.env.ASSETS) {
    await context.route(/\/assets\/[\w.]+$/, (route) => {
      const name = path.basename(new URL(route.request().url()).pathname);
      return route.fulfill({ path: path.join(process.env.ASSETS, name), contentType: name.endsWith('.css') ? 'text/css' : 'text/javascript' });
    });
  }
  const page = await context.newPage();
  await page.goto(address);
  return {
    page, context, folder, complaints, lang,
    async end() {
      await context.close();
      const gone = new Promise((done) => child.on('exit', done));
      child.kill('SIGINT');
      const slow = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(slow);
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** What axe-core finds on a page, one line each. */
export async function found(page) {
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => globalThis.axe.run(document, { resultTypes: ['violations'] }));
  return violations.flatMap((one) => one.nodes.map((node) => `axe ${one.id}: ${one.help}: ${node.target.join(' ')} ${node.any.map((check) => check.message).join('; ')}`));
}

/** Whether a page is wider than its window, and by which elements. */
export async function overflow(page) {
  return page.evaluate(() => {
    const wide = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth <= wide) return [];
    const inside = (element) => element.closest('.wide, .toc, pre, dialog') !== null;
    const far = [...document.querySelectorAll('body *')].filter((element) => element.getBoundingClientRect().right > wide + 1 && !inside(element));
    return far.slice(0, 5).map((element) => `wider than ${wide}: ${element.outerHTML.slice(0, 120)}`);
  });
}

/** The picture of a part for `docs/pictures`, where a folder for it is named; of English pages, or of Japanese ones (`…-ja`). */
export async function pictured({ page, lang }, name, part) {
  if (!process.env.PICTURES || name.endsWith('-ja') !== (lang === 'ja')) return;
  const before = page.viewportSize();
  await page.setViewportSize({ width: 1280, height: 860 });
  await page.locator(part).first().evaluate((element) => element.scrollIntoView({ block: 'start' }));
  await page.mouse.move(1, 1);
  await page.waitForTimeout(300);
  await page.screenshot({ path: path.join(process.env.PICTURES, `${name}.png`) });
  await page.setViewportSize(before);
}

/** Pictures of the page and its sections at every width; what axe finds in light and dark, and what is too wide. */
export async function looked(bench, name, sections = []) {
  const { page, lang } = bench;
  const wrong = [];
  const shots = path.join(here, 'shots');
  fs.mkdirSync(shots, { recursive: true });
  const shot = (what) => path.join(shots, `${name}-${lang}-${what}.png`);
  const before = page.viewportSize();
  // Parts that stay in sight would lie over the pictures.
  const settle = (is) => page.evaluate((still) => {
    for (const element of document.querySelectorAll('.toc, .bench .brief')) element.style.position = still ? 'static' : '';
  }, is);
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    wrong.push(...(await overflow(page)));
    await page.screenshot({ path: shot(`${width}`) });
    await settle(true);
    for (const section of sections) {
      const part = page.locator(section).first();
      if (await part.isVisible()) await part.screenshot({ path: shot(`${width}-${section.replace(/\W/g, '')}`) });
    }
    await settle(false);
    if (width === 390) wrong.push(...(await found(page)));
  }
  // 200% of a window of 1440 pixels.
  await page.setViewportSize({ width: 720, height: 450 });
  wrong.push(...(await overflow(page)));
  await page.setViewportSize(before);
  wrong.push(...(await found(page)));
  await page.emulateMedia({ colorScheme: 'dark' });
  wrong.push(...(await found(page)));
  await page.screenshot({ path: shot('dark'), fullPage: true });
  await page.emulateMedia({ colorScheme: 'light', media: 'print' });
  await page.screenshot({ path: shot('print'), fullPage: true });
  await page.emulateMedia({ media: 'screen' });
  return wrong.map((line) => `${name}: ${line}`);
}
