/** Judges cases of the foreign generator and prints how good the verdicts are, by family: `node test/intelligence/foreign/evaluate.ts FIRST COUNT [FAMILY…]`. */

import process from 'node:process';
import { readCase } from '../../../lib/collect/cases/read.ts';
import { defaultIdleSettings } from '../../../lib/intelligence/idle/settings.ts';
import { judgementOfCase } from '../../../lib/operations/evaluate-idle.ts';
import { FAMILY_NAMES, foreignCase } from './write.ts';

const [first = '1', count = '5', ...named] = process.argv.slice(2);
const settings = defaultIdleSettings('UTC');
const { signal } = new AbortController();
const lines: string[] = [];
for (const family of FAMILY_NAMES.filter((name) => named.length === 0 || named.includes(name))) {
  const tally = { idle: 0, active: 0, unknown: 0 };
  let label = '';
  for (let seed = Number(first); seed < Number(first) + Number(count); seed++) {
    const made = foreignCase(family, seed);
    label = made.label;
    const finding = (await judgementOfCase(readCase(JSON.stringify(made.line)), settings, signal))?.finding;
    const verdict = finding?.verdict ?? 'unknown';
    tally[verdict] += 1;
    if (verdict === label) continue;
    const { stepSeconds, days, noise, lost, chatter, cpuShare, requestCores, counter } = made.story;
    process.stdout.write(
      `${family} ${seed} ${label} != ${verdict}: ${finding?.reason} [step ${stepSeconds} days ${days} sigma ${noise.sigma.toFixed(2)} ar ${noise.memory} bursts ${noise.bursts} lost ${lost} chatter ${chatter.toFixed(0)} cpu ${(cpuShare * 100).toFixed(2)} % of ${requestCores} counter ${counter}]\n`,
    );
  }
  lines.push(`${family.padEnd(28)} ${label.padEnd(8)} ${JSON.stringify(tally)}`);
}
process.stdout.write(`\n${lines.join('\n')}\n`);
