/**
 * Gradient-boosted regression trees (Friedman 2001), as they are shipped and evaluated. They are grown by `npm run train`,
 * as leaf-wise histogram trees (Ke et al. 2017) under absolute or pinball loss (Koenker & Bassett 1978).
 */

/** A sum of trees. Node i of a tree sends a row to `left` where feature ≤ threshold, else to `right`; a negative child ~k is leaf k. */
export interface Trees {
  /** Where the nodes of each tree begin; one more than there are trees. */
  readonly nodeStart: Uint32Array;
  /** Where the leaves of each tree begin; one more than there are trees. */
  readonly leafStart: Uint32Array;
  readonly feature: Uint8Array;
  readonly threshold: Float32Array;
  readonly left: Int8Array;
  readonly right: Int8Array;
  readonly leaf: Float32Array;
  readonly start: number;
}

/** Adds up the trees for every row; `rows` holds `count` rows of `width` features. */
export function evaluateTrees(trees: Trees, rows: Float32Array, count: number, width: number): Float64Array {
  const { nodeStart, leafStart, feature, threshold, left, right, leaf, start } = trees;
  const sums = new Float64Array(count).fill(start);
  for (let tree = 0; tree + 1 < nodeStart.length; tree++) {
    const root = nodeStart[tree]!;
    const leaves = leafStart[tree]!;
    if (root === nodeStart[tree + 1]!) {
      for (let row = 0; row < count; row++) sums[row]! += leaf[leaves]!;
      continue;
    }
    for (let row = 0, offset = 0; row < count; row++, offset += width) {
      let node = 0;
      do {
        const at = root + node;
        node = rows[offset + feature[at]!]! <= threshold[at]! ? left[at]! : right[at]!;
      } while (node >= 0);
      sums[row]! += leaf[leaves + ~node]!;
    }
  }
  return sums;
}
