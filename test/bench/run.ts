/**
 * `npm run bench [-- PART …]`: measures the parts that are named, or all of them but `forecast-peers`, prints what was found and
 * compares it with the budgets. Exit code 1 when a budget is not met.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { NODE } from './measure.ts';
import { PARTS } from './parts.ts';
import { missed, printBudgets, printReport, type Report } from './report.ts';

const BUILD = fileURLToPath(new URL('../../build.mjs', import.meta.url));

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Whether every budget is met. */
async function measureAll(names: readonly string[]): Promise<boolean> {
  let figures: Report['figures'] = {};
  for (const name of names) {
    const part = await PARTS[name]!();
    const report: Report | string = await part.measure(say);
    if (typeof report === 'string') {
      process.stdout.write(`\n${part.title}: left out: ${report}\n`);
      continue;
    }
    await printReport(part.title, report);
    figures = { ...figures, ...report.figures };
  }
  await printBudgets(figures);
  return missed(figures).length === 0;
}

/** Installs Python packages; its first run takes a quarter of an hour. */
const ONLY_NAMED: readonly string[] = ['forecast-peers'];

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  say(`error: there is no part ${unknown.join(', ')}; parts are ${Object.keys(PARTS).join(', ')}`);
  process.exitCode = 2;
} else {
  const { status } = spawnSync(NODE, [BUILD, '--if-needed'], { stdio: 'inherit' });
  const met =
    status === 0 &&
    (await measureAll(asked.length > 0 ? asked : Object.keys(PARTS).filter((name) => !ONLY_NAMED.includes(name))));
  process.exitCode = met ? 0 : 1;
}
