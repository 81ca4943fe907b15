/** How good the verdicts of idleness are: labelled cases of two generators that were written apart, of seeds that nothing was fitted to. */

import { SCENARIO_NAMES } from '../../lib/kube/simulated/scenarios.ts';
import { judgedCases, judgedForeignCase, type ScoredCase } from '../intelligence/cases.ts';
import { calibrationError, falsePositives, figuresOf, reliability } from '../intelligence/figures.ts';
import { FAMILY_NAMES } from '../intelligence/foreign/write.ts';
import type { Part, Report } from './report.ts';

const FIRST_SEED = 70_001;
const OWN_SEEDS = 36;
const FOREIGN_SEEDS = 14;

export const idle: Part = {
  title: 'verdicts of idleness on labelled cases',
  async measure(say): Promise<Report> {
    say('drawing and judging cases');
    const own: ScoredCase[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + OWN_SEEDS; seed++)
      for (const name of SCENARIO_NAMES) own.push(...(await judgedCases(name, seed, { steps: [300], days: [7, 7, 14] })));
    const foreign: ScoredCase[] = [];
    for (let seed = FIRST_SEED; seed < FIRST_SEED + FOREIGN_SEEDS; seed++)
      for (const family of FAMILY_NAMES) foreign.push(await judgedForeignCase(family, seed));
    const all = [...own, ...foreign];
    const { precision, recall, needlessUnknown } = figuresOf(all);
    return {
      headings: ['CASES OF', 'DRAWN', 'PRECISION', 'RECALL', 'LISTED', 'NEEDLESSLY UNKNOWN', 'USED BUT IDLE', 'ECE'],
      rows: [row('own generator', own), row('foreign generator', foreign), row('both', all)],
      notes: ['', ...table('own generator', own), ...table('foreign generator', foreign)],
      figures: {
        'used but called idle': falsePositives(all).length,
        'wrong among idle': 1 - precision,
        'idle but not found': 1 - recall,
        'unknown without need': needlessUnknown,
        'calibration error of idle': calibrationError(all),
      },
    };
  },
};

function row(name: string, cases: readonly ScoredCase[]): readonly string[] {
  const { precision, recall, listed, needlessUnknown } = figuresOf(cases);
  const shares = [precision, recall, listed, needlessUnknown].map((share) => share.toFixed(4));
  return [name, String(cases.length), ...shares, String(falsePositives(cases).length), calibrationError(cases).toFixed(4)];
}

/** How often verdicts were right against how sure they said they were. */
function table(name: string, cases: readonly ScoredCase[]): readonly string[] {
  return reliability(cases).map(
    ({ from, cases: within, probability, right }) =>
      `${name}, confidence ${from.toFixed(1)} to ${(from + 0.1).toFixed(1)}: ${within} cases, said ${probability.toFixed(3)}, right ${right.toFixed(3)}`,
  );
}
