/**
 * Judges many labelled cases and prints how good the verdicts are, by scenario: `node test/intelligence/evaluate.ts FIRST COUNT [SCENARIO…]`.
 * FIRST and COUNT name the seeds. Every wrong verdict is told with its reason.
 */

import process from 'node:process';
import { SCENARIO_NAMES } from '../../lib/kube/simulated/scenarios.ts';
import { describeCase, type JudgedCase, judgedCases } from './cases.ts';
import { type Figures, figuresOf } from './figures.ts';

const [first = '1', count = '10', ...named] = process.argv.slice(2);
const names = SCENARIO_NAMES.filter((name) => named.length === 0 || named.includes(name));

const all: JudgedCase[] = [];
const lines: string[] = [];
for (const name of names) {
  const cases: JudgedCase[] = [];
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) cases.push(...(await judgedCases(name, seed)));
  lines.push(row(name, cases));
  all.push(...cases);
}
for (const wrong of all.filter((each) => each.finding.verdict !== each.label)) process.stdout.write(`${describeCase(wrong)}\n`);
process.stdout.write(`\n${lines.join('\n')}\n\n${summary(figuresOf(all))}\n`);

/** Counts of verdicts, and the least confidence of those that are right. */
function row(name: string, cases: readonly JudgedCase[]): string {
  const verdicts = (['idle', 'active', 'unknown'] as const).map(
    (verdict) => `${verdict} ${String(cases.filter((each) => each.finding.verdict === verdict).length).padStart(4)}`,
  );
  const right = cases.filter((each) => each.finding.verdict === each.label).map((each) => each.finding.confidence);
  return `${name.padEnd(28)} ${(cases[0]?.label ?? '').padEnd(8)} ${verdicts.join('  ')}  confidence >= ${Math.min(...right).toFixed(3)}`;
}

function summary(figures: Figures): string {
  const { confusion, cases, ...rates } = figures;
  const matrix = Object.entries(confusion).map(([label, verdicts]) => `${label.padEnd(8)} ${JSON.stringify(verdicts)}`);
  const rounded = Object.entries(rates).map(([name, value]) => `${name} ${value.toFixed(4)}`);
  return [`${cases} cases`, ...matrix, ...rounded].join('\n');
}
