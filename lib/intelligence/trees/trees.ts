/**
 * Gradient-boosted regression trees (Friedman 2001), as they are shipped and evaluated. They are grown by `npm run train`,
 * as leaf-wise histogram trees (Ke et al. 2017) under absolute or pinball loss (Koenker & Bassett 1978).
 */

/** Node i of a tree sends a row to `left` where feature ≤ threshold, else to `right`; a negative child ~k is leaf k. */
export interface TreeNodes {
  /** Where the nodes of each tree begin; one more than there are trees. */
  readonly nodeStart: Uint32Array;
  /** Where the leaves of each tree begin; one more than there are trees. */
  readonly leafStart: Uint32Array;
  readonly feature: Uint8Array;
  readonly threshold: Float32Array;
  readonly left: Int8Array;
  readonly right: Int8Array;
}

/** A sum of trees, one value in each leaf, added to `start`. */
export interface Trees extends TreeNodes {
  readonly leaf: Float32Array;
  readonly start: number;
}

/** Features of the hours of one window: those that differ by the hour as columns, then those that are the same in all of them. */
export interface FeatureColumns {
  /** Number of hours. */
  readonly count: number;
  /** Column after column, each of `count` values. */
  readonly byHour: Float32Array;
  readonly hourFeatures: number;
  /** Feature `hourFeatures + i` is ofWindow[i]. */
  readonly ofWindow: Float32Array;
}

/** Leaves of a tree are at most 128, and so is the number of nodes that wait. */
const MOST_WAITING = 128;

/**
 * Adds up the trees for every hour. All hours go down a tree together and part only where an hour's own feature is asked for:
 * four of five nodes ask for one of the window.
 */
export function evaluateTrees(trees: Trees, { count, byHour, hourFeatures, ofWindow }: FeatureColumns): Float64Array {
  const { nodeStart, leafStart, feature, threshold, left, right, leaf, start } = trees;
  const sums = new Float64Array(count).fill(start);
  // Always a permutation of the hours; those of one node are neighbours.
  const order = new Uint16Array(count);
  for (let hour = 0; hour < count; hour++) order[hour] = hour;
  const goRight = new Uint16Array(count);
  const waiting = new Int32Array(3 * MOST_WAITING);
  for (let tree = 0; tree + 1 < nodeStart.length; tree++) {
    const root = nodeStart[tree]!;
    const leaves = leafStart[tree]!;
    let node = root === nodeStart[tree + 1]! ? -1 : 0;
    let from = 0;
    let to = count;
    let depth = 0;
    for (;;) {
      while (node >= 0) {
        const at = root + node;
        const name = feature[at]!;
        const edge = threshold[at]!;
        if (name >= hourFeatures) {
          node = ofWindow[name - hourFeatures]! <= edge ? left[at]! : right[at]!;
          continue;
        }
        const column = name * count;
        let middle = from;
        let parted = 0;
        for (let i = from; i < to; i++) {
          const hour = order[i]!;
          if (byHour[column + hour]! <= edge) order[middle++] = hour;
          else goRight[parted++] = hour;
        }
        if (parted === 0) node = left[at]!;
        else if (middle === from) node = right[at]!;
        else {
          for (let i = 0; i < parted; i++) order[middle + i] = goRight[i]!;
          waiting[depth++] = right[at]!;
          waiting[depth++] = middle;
          waiting[depth++] = to;
          node = left[at]!;
          to = middle;
        }
      }
      const value = leaf[leaves + ~node]!;
      for (let i = from; i < to; i++) sums[order[i]!]! += value;
      if (depth === 0) break;
      to = waiting[--depth]!;
      from = waiting[--depth]!;
      node = waiting[--depth]!;
    }
  }
  return sums;
}
