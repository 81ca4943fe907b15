/** How many nats of safety each risk asks for, so that it is kept at machines that nothing was learned from. */

import { conformal } from '../../lib/intelligence/forecast/learned.ts';
import { ladderOf, type PeakTrees } from '../../lib/intelligence/sizing/forest.ts';
import { type RiskCalibration, sizeAt } from '../../lib/intelligence/sizing/recommend.ts';
import { rounded } from '../rounded.ts';
import { foldsOf, growPeakTrees, indicesWhere } from './grow.ts';
import type { PeakRow } from './rows.ts';

/** Those that are calibrated, and at which the curve is measured. */
export const RISKS = [0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.125, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8] as const;
const FOLDS = 4;
const LEAST_NATS = -6;
const MOST_NATS = 14;

/** Trees that saw nothing of a machine, for each of a few folds of machines. */
export interface FoldTrees {
  readonly machines: ReadonlySet<string>;
  readonly trees: PeakTrees;
}

export function growFolds(rows: readonly PeakRow[], random: () => number, say: (fold: number) => void): readonly FoldTrees[] {
  const folds = foldsOf(rows, FOLDS, random);
  return Array.from({ length: FOLDS }, (_, fold) => {
    say(fold);
    const seen = indicesWhere(rows, (at) => folds[at] !== fold).map((at) => rows[at]!);
    const unseen = indicesWhere(rows, (at) => folds[at] === fold).map((at) => rows[at]!.seriesId);
    return { machines: new Set(unseen), trees: growPeakTrees(seen, random) };
  });
}

/**
 * Cross-conformal (Vovk 2015): a row's score is the nats at which its size would have been enough, by the trees that saw nothing of
 * its machine; a risk asks for the ⌈(n + 1)(1 − risk)⌉-th smallest score.
 */
export function calibrateRisks(rows: readonly PeakRow[], folds: readonly FoldTrees[], usual: number): RiskCalibration {
  const scores = rows.flatMap((row) => {
    const fold = folds.find(({ machines }) => machines.has(row.seriesId));
    return fold ? [natsNeeded(row, ladderOf(fold.trees, row.features), usual)] : [];
  });
  const ordered = Float64Array.from(scores);
  return { risks: RISKS, nats: RISKS.map((risk) => rounded(conformal(ordered, 1 - risk))) };
}

function natsNeeded({ truth, highest }: PeakRow, ladder: Float64Array, usual: number): number {
  let low = LEAST_NATS;
  let high = MOST_NATS;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (sizeAt(ladder, middle, highest, usual) < truth) low = middle;
    else high = middle;
  }
  return high;
}
