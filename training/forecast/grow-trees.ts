/**
 * Grows gradient-boosted trees (Friedman 2001) leaf by leaf on histograms (Ke et al. 2017, LightGBM) under pinball loss; a
 * quantile of 0.5 is absolute loss. Leaves take the quantile of the residuals in them, as both papers' programs do.
 */

import type { Trees } from '../../lib/intelligence/trees/trees.ts';
import { sample } from '../random.ts';

export interface GrowOptions {
  readonly quantile: number;
  readonly trees: number;
  /** At most 128: children are numbered in a byte. */
  readonly leaves: number;
  readonly learningRate: number;
  readonly minLeafRows: number;
  /** Share of features, and of rows, that each tree sees. */
  readonly featureShare: number;
  readonly rowShare: number;
  readonly random: () => number;
}

/** Rows of features in bins: what a tree needs to be grown. */
export interface BinnedRows {
  readonly count: number;
  /** One column for each feature. */
  readonly columns: readonly Uint8Array[];
  /** Ascending upper edges of each feature's bins but the last. */
  readonly edges: readonly Float32Array[];
}

const BINS = 64;
/** Bins are made from this many rows, evenly taken. */
const EDGE_ROWS = 100_000;
/** Weight of a leaf's own gradient against nothing (LightGBM's lambda_l2). */
const SHRINK_ROWS = 1;

export function binRows(rows: Float32Array, width: number): BinnedRows {
  const count = rows.length / width;
  const edges: Float32Array[] = [];
  const columns: Uint8Array[] = [];
  for (let feature = 0; feature < width; feature++) {
    const edge = binEdges(rows, width, feature, count);
    const column = new Uint8Array(count);
    for (let row = 0; row < count; row++) column[row] = binOf(edge, rows[row * width + feature]!);
    edges.push(edge);
    columns.push(column);
  }
  return { count, columns, edges };
}

function binEdges(rows: Float32Array, width: number, feature: number, count: number): Float32Array {
  const step = Math.max(1, Math.floor(count / EDGE_ROWS));
  const taken = new Float32Array(Math.floor((count - 1) / step) + 1);
  for (let at = 0; at < taken.length; at++) taken[at] = rows[at * step * width + feature]!;
  taken.sort();
  const edges: number[] = [];
  for (let bin = 1; bin < BINS; bin++) {
    const edge = taken[Math.floor((bin * taken.length) / BINS)]!;
    if (edge < taken[taken.length - 1]! && edge !== edges.at(-1)) edges.push(edge);
  }
  return Float32Array.from(edges);
}

function binOf(edges: Float32Array, value: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

interface Split {
  readonly feature: number;
  readonly bin: number;
  readonly gain: number;
}

/** A leaf while its tree grows: rows [from, to) of the order, and their histogram. */
interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly sums: Float64Array;
  readonly counts: Uint32Array;
  readonly best: Split | undefined;
  /** The node that points to it, and on which side; −1 for the root. */
  readonly parent: number;
  readonly onLeft: boolean;
}

interface GrownTree {
  readonly feature: number[];
  readonly bin: number[];
  readonly left: number[];
  readonly right: number[];
  readonly leaf: number[];
}

/** Boosts from the targets' own quantile. `tell` hears of every tree. */
export function growTrees(binned: BinnedRows, targets: Float32Array, options: GrowOptions, tell?: (tree: number) => void): Trees {
  const { count } = binned;
  const start = quantileOf(Float64Array.from(targets), options.quantile);
  const predicted = new Float64Array(count).fill(start);
  const gradients = new Float32Array(count);
  const grown: GrownTree[] = [];
  for (let tree = 0; tree < options.trees; tree++) {
    for (let row = 0; row < count; row++) {
      gradients[row] = targets[row]! > predicted[row]! ? options.quantile : options.quantile - 1;
    }
    const next = growTree(binned, gradients, (row) => targets[row]! - predicted[row]!, options);
    addTree(next, binned, predicted);
    grown.push(next);
    tell?.(tree);
  }
  return packed(grown, binned.edges, start);
}

function growTree(
  binned: BinnedRows,
  gradients: Float32Array,
  residual: (row: number) => number,
  options: GrowOptions,
): GrownTree {
  const { random } = options;
  const order = sample(random, binned.count, Math.round(binned.count * options.rowShare));
  const features = sample(random, binned.columns.length, Math.round(binned.columns.length * options.featureShare));
  const tree: GrownTree = { feature: [], bin: [], left: [], right: [], leaf: [] };
  const scratch = new Uint32Array(order.length);

  const leafOf = (from: number, to: number, histogram: Pick<Leaf, 'sums' | 'counts'>, parent: number, onLeft: boolean): Leaf => ({
    from,
    to,
    ...histogram,
    parent,
    onLeft,
    best: bestSplit(histogram, features, binned, options.minLeafRows),
  });
  const leaves = [leafOf(0, order.length, histogramOf(binned, gradients, order, 0, order.length, features), -1, false)];

  while (leaves.length < options.leaves) {
    const index = indexOfBest(leaves);
    if (index < 0) break;
    const leaf = leaves[index]!;
    const { feature, bin } = leaf.best!;
    const middle = partition(order, scratch, leaf, binned.columns[feature]!, bin);
    const leftSmaller = middle - leaf.from <= leaf.to - middle;
    const small = leftSmaller
      ? histogramOf(binned, gradients, order, leaf.from, middle, features)
      : histogramOf(binned, gradients, order, middle, leaf.to, features);
    const large = difference(leaf, small);
    const node = tree.feature.length;
    tree.feature.push(feature);
    tree.bin.push(bin);
    tree.left.push(-1);
    tree.right.push(-1);
    link(tree, leaf, node);
    leaves[index] = leafOf(leaf.from, middle, leftSmaller ? small : large, node, true);
    leaves.push(leafOf(middle, leaf.to, leftSmaller ? large : small, node, false));
  }

  leaves.forEach((leaf, number) => {
    link(tree, leaf, ~number);
    const residuals = Float64Array.from(order.subarray(leaf.from, leaf.to), residual);
    tree.leaf.push(options.learningRate * quantileOf(residuals, options.quantile));
  });
  return tree;
}

function link(tree: GrownTree, { parent, onLeft }: Leaf, child: number): void {
  if (parent < 0) return;
  if (onLeft) tree.left[parent] = child;
  else tree.right[parent] = child;
}

function histogramOf(
  { columns }: BinnedRows,
  gradients: Float32Array,
  order: Uint32Array,
  from: number,
  to: number,
  features: Uint32Array,
): Pick<Leaf, 'sums' | 'counts'> {
  const sums = new Float64Array(features.length * BINS);
  const counts = new Uint32Array(features.length * BINS);
  for (let f = 0; f < features.length; f++) {
    const column = columns[features[f]!]!;
    const offset = f * BINS;
    for (let at = from; at < to; at++) {
      const row = order[at]!;
      const bin = offset + column[row]!;
      sums[bin]! += gradients[row]!;
      counts[bin]! += 1;
    }
  }
  return { sums, counts };
}

function difference(whole: Pick<Leaf, 'sums' | 'counts'>, part: Pick<Leaf, 'sums' | 'counts'>): Pick<Leaf, 'sums' | 'counts'> {
  return {
    sums: whole.sums.map((sum, at) => sum - part.sums[at]!),
    counts: whole.counts.map((count, at) => count - part.counts[at]!),
  };
}

function bestSplit(
  { sums, counts }: Pick<Leaf, 'sums' | 'counts'>,
  features: Uint32Array,
  { edges }: BinnedRows,
  minLeafRows: number,
): Split | undefined {
  let best: Split | undefined;
  for (let f = 0; f < features.length; f++) {
    const offset = f * BINS;
    let sum = 0;
    let count = 0;
    for (let bin = 0; bin < BINS; bin++) {
      sum += sums[offset + bin]!;
      count += counts[offset + bin]!;
    }
    let sumLeft = 0;
    let countLeft = 0;
    const whole = (sum * sum) / (count + SHRINK_ROWS);
    for (let bin = 0; bin < edges[features[f]!]!.length; bin++) {
      sumLeft += sums[offset + bin]!;
      countLeft += counts[offset + bin]!;
      const countRight = count - countLeft;
      if (countLeft < minLeafRows) continue;
      if (countRight < minLeafRows) break;
      const sumRight = sum - sumLeft;
      const gain = (sumLeft * sumLeft) / (countLeft + SHRINK_ROWS) + (sumRight * sumRight) / (countRight + SHRINK_ROWS) - whole;
      if (gain > (best?.gain ?? 1e-9)) best = { feature: features[f]!, bin, gain };
    }
  }
  return best;
}

function indexOfBest(leaves: readonly Leaf[]): number {
  let index = -1;
  leaves.forEach(({ best }, at) => {
    if (best && (index < 0 || best.gain > leaves[index]!.best!.gain)) index = at;
  });
  return index;
}

/** Brings the rows that go left before the others, each in their order; returns where the others begin. */
function partition(order: Uint32Array, scratch: Uint32Array, { from, to }: Leaf, column: Uint8Array, bin: number): number {
  let left = from;
  let right = 0;
  for (let at = from; at < to; at++) {
    const row = order[at]!;
    if (column[row]! <= bin) order[left++] = row;
    else scratch[right++] = row;
  }
  order.set(scratch.subarray(0, right), left);
  return left;
}

function addTree(tree: GrownTree, { count, columns }: BinnedRows, predicted: Float64Array): void {
  for (let row = 0; row < count; row++) {
    let node = tree.feature.length === 0 ? -1 : 0;
    while (node >= 0) node = columns[tree.feature[node]!]![row]! <= tree.bin[node]! ? tree.left[node]! : tree.right[node]!;
    predicted[row]! += tree.leaf[~node]!;
  }
}

/** The value at a share of the ordered ones, without interpolation. Orders them. */
function quantileOf(values: Float64Array, quantile: number): number {
  values.sort();
  return values[Math.min(values.length - 1, Math.floor(values.length * quantile))]!;
}

function packed(grown: readonly GrownTree[], edges: readonly Float32Array[], start: number): Trees {
  return {
    nodeStart: startsOf(grown.map(({ feature }) => feature.length)),
    leafStart: startsOf(grown.map(({ leaf }) => leaf.length)),
    feature: Uint8Array.from(grown.flatMap(({ feature }) => feature)),
    threshold: Float32Array.from(grown.flatMap(({ feature, bin }) => feature.map((name, node) => edges[name]![bin[node]!]!))),
    left: Int8Array.from(grown.flatMap(({ left }) => left)),
    right: Int8Array.from(grown.flatMap(({ right }) => right)),
    leaf: Float32Array.from(grown.flatMap(({ leaf }) => leaf)),
    start,
  };
}

/** Where each part begins when parts of these sizes follow each other, and where the last one ends. */
export function startsOf(sizes: readonly number[]): Uint32Array {
  let sum = 0;
  return Uint32Array.from([0, ...sizes.map((size) => (sum += size))]);
}
