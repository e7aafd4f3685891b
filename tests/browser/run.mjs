// Runs the journeys that are named, or all; says what is wrong, and ends with 1 if anything is.
import { closed, workbench } from './workbench.mjs';
import { asking, askingByKeys, givingUp, imaging, keyboard, tabular, troubles } from './journeys.mjs';

const asked = { arguments: ['--course', `${import.meta.dirname}/../data/courses/asked`] };
const journeys = {
  'tabular-en': ['en', tabular], 'tabular-ja': ['ja', tabular], 'imaging-en': ['en', imaging], 'imaging-ja': ['ja', imaging],
  keyboard: ['en', keyboard], troubles: ['en', troubles], 'giving-up': ['en', givingUp],
  'asking-en': ['en', asking, asked], 'asking-ja': ['ja', asking, asked], 'asking-keys': ['ja', askingByKeys, asked],
};
const chosen = process.argv.slice(2);
let failed = 0;
for (const [name, [lang, journey, options]] of Object.entries(journeys)) {
  if (chosen.length && !chosen.includes(name)) continue;
  const begun = performance.now();
  const bench = await workbench(lang, options);
  let wrong = [];
  try {
    wrong = await journey(bench);
  } catch (error) {
    wrong = [error.stack];
    await bench.page.screenshot({ path: `${import.meta.dirname}/shots/failed-${name}.png`, fullPage: true }).catch(() => {});
  }
  wrong.push(...bench.complaints);
  await bench.end();
  console.log(`${wrong.length ? '✘' : '✔'} ${name} (${((performance.now() - begun) / 1000).toFixed(0)} s)`);
  for (const line of new Set(wrong)) console.log(`    ${line}`);
  failed += wrong.length ? 1 : 0;
}
await closed();
process.exitCode = failed ? 1 : 0;
