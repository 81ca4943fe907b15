/** Grows the trees of the peak's distribution: a centre, and a forest on its errors at machines it was not fitted to. */

import {
  CENTRE_QUANTILE,
  centreOf,
  LEVELS,
  leafOf,
  type PeakTrees,
  type QuantileForest,
  withCentre,
} from '../../lib/intelligence/sizing/forest.ts';
import type { Trees } from '../../lib/intelligence/trees/trees.ts';
import { type BinnedRows, binRows, growTrees, startsOf } from '../forecast/grow-trees.ts';
import type { PeakRow } from './rows.ts';

/** Logarithms beyond these teach nothing but how large one jump was. */
const LEAST_TARGET = -6;
const MOST_TARGET = 3;

const CENTRE = { trees: 150, leaves: 10, learningRate: 0.07, minLeafRows: 100, featureShare: 0.3, rowShare: 0.6 } as const;
const SPREAD = { trees: 100, leaves: 20, minLeafRows: 60, featureShare: 0.3 } as const;
/** Each tree of the forest grows at one of these, on so large a share of machines, and takes its quantiles from the others. */
const SPREAD_QUANTILES = [0.7, 0.85, 0.95] as const;
const GROWN_SHARE = 0.6;
const FOLDS = 3;

export function growPeakTrees(rows: readonly PeakRow[], random: () => number): PeakTrees {
  const targets = Float32Array.from(rows, targetOf);
  const centre = growCentre(rows, targets, random);
  const apart = centresApart(rows, targets, random);
  const features = rows.map((row, at) => withCentre(row.features, apart[at]!));
  const errors = targets.map((target, at) => target - apart[at]!);
  return { centre, spread: growSpread(rows, features, errors, random) };
}

function targetOf({ truth, highest }: PeakRow): number {
  return truth > 0 ? Math.max(LEAST_TARGET, Math.min(MOST_TARGET, Math.log(truth / highest))) : LEAST_TARGET;
}

function growCentre(rows: readonly Pick<PeakRow, 'features'>[], targets: Float32Array, random: () => number): Trees {
  return growTrees(binned(rows.map(({ features }) => features)), targets, { ...CENTRE, quantile: CENTRE_QUANTILE, random });
}

/** The centre of each row by trees that saw nothing of its machine. */
function centresApart(rows: readonly PeakRow[], targets: Float32Array, random: () => number): Float64Array {
  const centres = new Float64Array(rows.length);
  const folds = foldsOf(rows, FOLDS, random);
  for (let fold = 0; fold < FOLDS; fold++) {
    const seen = indicesWhere(rows, (at) => folds[at] !== fold);
    const trees = growCentre(
      seen.map((at) => rows[at]!),
      Float32Array.from(seen, (at) => targets[at]!),
      random,
    );
    for (const at of indicesWhere(rows, (each) => folds[each] === fold)) centres[at] = centreOf(trees, rows[at]!.features);
  }
  return centres;
}

/** The fold of each row; rows of one machine share theirs. */
export function foldsOf(rows: readonly Pick<PeakRow, 'seriesId'>[], folds: number, random: () => number): Uint8Array {
  const machines = new Map<string, number>();
  for (const { seriesId } of rows) if (!machines.has(seriesId)) machines.set(seriesId, Math.floor(random() * folds));
  return Uint8Array.from(rows, ({ seriesId }) => machines.get(seriesId)!);
}

export function indicesWhere(rows: readonly unknown[], keep: (at: number) => boolean): readonly number[] {
  return rows.flatMap((_, at) => (keep(at) ? [at] : []));
}

function growSpread(
  rows: readonly PeakRow[],
  features: readonly Float32Array[],
  errors: Float32Array,
  random: () => number,
): QuantileForest {
  const all = binned(features);
  const grown = Array.from({ length: SPREAD.trees }, (_, number) => {
    const folds = foldsOf(rows, 100, random);
    const isGrown = (at: number): boolean => folds[at]! < 100 * GROWN_SHARE;
    const seen = indicesWhere(rows, isGrown);
    const part = { ...all, count: seen.length, columns: all.columns.map((column) => Uint8Array.from(seen, (at) => column[at]!)) };
    const quantile = SPREAD_QUANTILES[number % SPREAD_QUANTILES.length]!;
    const options = { ...SPREAD, quantile, trees: 1, learningRate: 1, rowShare: 1, random };
    const tree = growTrees(
      part,
      Float32Array.from(seen, (at) => errors[at]!),
      options,
    );
    return { tree, quantiles: leafQuantiles(tree, features, errors, isGrown) };
  });
  return joined(grown);
}

/** Quantiles of the errors in each leaf, of machines that the tree did not grow on; of all where too few of those fall into it. */
function leafQuantiles(
  tree: Trees,
  features: readonly Float32Array[],
  errors: Float32Array,
  isGrown: (at: number) => boolean,
): Float32Array {
  const leaves = tree.leaf.length;
  const honest = Array.from({ length: leaves }, (): number[] => []);
  const every = Array.from({ length: leaves }, (): number[] => []);
  features.forEach((row, at) => {
    const leaf = leafOf(tree, 0, row);
    every[leaf]!.push(errors[at]!);
    if (!isGrown(at)) honest[leaf]!.push(errors[at]!);
  });
  return Float32Array.from(
    honest.flatMap((own, leaf) => {
      const taken = Float64Array.from(own.length >= SPREAD.minLeafRows / 4 ? own : every[leaf]!).sort();
      return LEVELS.map((level) => taken[Math.min(taken.length - 1, Math.floor(level * taken.length))]!);
    }),
  );
}

function joined(grown: readonly { readonly tree: Trees; readonly quantiles: Float32Array }[]): QuantileForest {
  const flat = (part: (tree: Trees) => ArrayLike<number>): number[] => grown.flatMap(({ tree }) => Array.from(part(tree)));
  return {
    nodeStart: startsOf(grown.map(({ tree }) => tree.feature.length)),
    leafStart: startsOf(grown.map(({ tree }) => tree.leaf.length)),
    feature: Uint8Array.from(flat(({ feature }) => feature)),
    threshold: Float32Array.from(flat(({ threshold }) => threshold)),
    left: Int8Array.from(flat(({ left }) => left)),
    right: Int8Array.from(flat(({ right }) => right)),
    quantiles: Float32Array.from(grown.flatMap(({ quantiles }) => Array.from(quantiles))),
  };
}

function binned(features: readonly Float32Array[]): BinnedRows {
  const width = features[0]!.length;
  const rows = new Float32Array(features.length * width);
  for (const [at, row] of features.entries()) rows.set(row, at * width);
  return binRows(rows, width);
}
