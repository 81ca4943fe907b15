/**
 * The distribution of the coming week's peak: boosted trees place its 85 % quantile, and a forest whose leaves hold quantiles of the
 * errors around that (Meinshausen 2006, with honest leaves as Wager & Athey 2018: of machines that the tree did not grow on).
 */

import type { TreeNodes, Trees } from '../trees/trees.ts';

/** Trees whose leaves hold a quantile for each level; a forest's answer is the mean over its trees. */
export interface QuantileForest extends TreeNodes {
  /** Leaf after leaf, one value for each of LEVELS, ascending. */
  readonly quantiles: Float32Array;
}

export interface PeakTrees {
  /** Sum: the 85 % quantile of ln(peak of the week ÷ highest of the history). */
  readonly centre: Trees;
  /** Of the errors around it; sees the centre as one more feature. */
  readonly spread: QuantileForest;
}

export const CENTRE_QUANTILE = 0.85;
/** Probabilities that the forest knows quantiles of. */
export const LEVELS = [0.5, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995] as const;

/** Quantiles of ln(peak of the week ÷ highest of the history) at LEVELS, ascending. */
export function ladderOf({ centre, spread }: PeakTrees, features: Float32Array): Float64Array {
  const middle = centreOf(centre, features);
  const row = withCentre(features, middle);
  const ladder = new Float64Array(LEVELS.length);
  const trees = spread.nodeStart.length - 1;
  for (let tree = 0; tree < trees; tree++) {
    const leaf = leafOf(spread, tree, row) * LEVELS.length;
    for (let level = 0; level < LEVELS.length; level++) ladder[level]! += spread.quantiles[leaf + level]!;
  }
  return ladder.map((sum) => middle + sum / trees);
}

/** Adds up the trees for one row. */
export function centreOf(trees: Trees, features: Float32Array): number {
  let sum = trees.start;
  for (let tree = 0; tree + 1 < trees.nodeStart.length; tree++) sum += trees.leaf[leafOf(trees, tree, features)]!;
  return sum;
}

export function withCentre(features: Float32Array, centre: number): Float32Array {
  const row = new Float32Array(features.length + 1);
  row.set(features);
  row[features.length] = centre;
  return row;
}

/** The leaf that a row falls into, counted over all trees. */
export function leafOf(
  { nodeStart, leafStart, feature, threshold, left, right }: TreeNodes,
  tree: number,
  row: Float32Array,
): number {
  const root = nodeStart[tree]!;
  let node = root === nodeStart[tree + 1]! ? -1 : 0;
  while (node >= 0) {
    const at = root + node;
    node = row[feature[at]!]! <= threshold[at]! ? left[at]! : right[at]!;
  }
  return leafStart[tree]! + ~node;
}

/**
 * The ladder at a number of nats of safety, −ln(1 − probability): linear between its levels, and on beyond its ends as between
 * the two next to them (exponential tails).
 */
export function climb(ladder: Float64Array, nats: number): number {
  let upper = 1;
  while (upper < LEVELS.length - 1 && natsOf(1 - LEVELS[upper]!) < nats) upper++;
  const from = natsOf(1 - LEVELS[upper - 1]!);
  const to = natsOf(1 - LEVELS[upper]!);
  const low = ladder[upper - 1]!;
  return low + ((nats - from) / (to - from)) * (ladder[upper]! - low);
}

/** Nats of safety of a risk: −ln(risk). */
function natsOf(risk: number): number {
  return -Math.log(risk);
}
