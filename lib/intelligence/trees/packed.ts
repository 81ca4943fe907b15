/** Trees as weights hold them. */

import type { TreeNodes, Trees } from './trees.ts';

/** Arrays as base64, little-endian; numbers as they are. */
export type Packed<T> = { readonly [Part in keyof T]: T[Part] extends number ? number : string };

export function unpackNodes({ nodeStart, leafStart, feature, threshold, left, right }: Packed<TreeNodes>): TreeNodes {
  return {
    nodeStart: new Uint32Array(bytesOf(nodeStart)),
    leafStart: new Uint32Array(bytesOf(leafStart)),
    feature: new Uint8Array(bytesOf(feature)),
    threshold: unpackFloats(threshold),
    left: new Int8Array(bytesOf(left)),
    right: new Int8Array(bytesOf(right)),
  };
}

export function unpackTrees(trees: Packed<Trees>): Trees {
  return { ...unpackNodes(trees), leaf: unpackFloats(trees.leaf), start: trees.start };
}

export function unpackFloats(text: string): Float32Array {
  return new Float32Array(bytesOf(text));
}

function bytesOf(text: string): ArrayBuffer {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0)).buffer;
}
