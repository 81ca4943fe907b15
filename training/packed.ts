/** Trees as they are written into weights: the inverse of lib/intelligence/trees/packed.ts. */

import type { Packed } from '../lib/intelligence/trees/packed.ts';
import type { TreeNodes, Trees } from '../lib/intelligence/trees/trees.ts';

export function packNodes({ nodeStart, leafStart, feature, threshold, left, right }: TreeNodes): Packed<TreeNodes> {
  return {
    nodeStart: packed(nodeStart),
    leafStart: packed(leafStart),
    feature: packed(feature),
    threshold: packed(threshold),
    left: packed(left),
    right: packed(right),
  };
}

export function packTrees(trees: Trees): Packed<Trees> {
  return { ...packNodes(trees), leaf: packed(trees.leaf), start: trees.start };
}

export function packed(array: Uint32Array | Uint8Array | Int8Array | Float32Array): string {
  return Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
}
