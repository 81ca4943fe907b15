/**
 * `npm run bench [-- PART …]`: measures the parts that are named, or all of them, prints what was found and compares it with the
 * budgets. Exit code 1 when a budget is not met.
 */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { BudgetName } from './budgets.ts';
import { NODE } from './measure.ts';
import { PARTS } from './parts.ts';
import { printBudgets, printReport, type Report } from './report.ts';

const BUILD = fileURLToPath(new URL('../../build.mjs', import.meta.url));

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

async function measureAll(names: readonly string[]): Promise<readonly BudgetName[]> {
  const figures: Record<string, number> = {};
  for (const name of names) {
    const part = await PARTS[name]!();
    const report: Report | string = await part.measure(say);
    if (typeof report === 'string') {
      process.stdout.write(`\n${part.title}: left out: ${report}\n`);
      continue;
    }
    await printReport(part.title, report);
    Object.assign(figures, report.figures);
  }
  return await printBudgets(figures);
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => PARTS[name] === undefined);
if (unknown.length > 0) {
  say(`error: there is no part ${unknown.join(', ')}; parts are ${Object.keys(PARTS).join(', ')}`);
  process.exitCode = 2;
} else {
  const { status } = spawnSync(NODE, [BUILD, '--if-needed'], { stdio: 'inherit' });
  if (status !== 0) process.exitCode = 1;
  else {
    const missed = await measureAll(asked.length > 0 ? asked : Object.keys(PARTS));
    if (missed.length > 0) process.exitCode = 1;
  }
}
