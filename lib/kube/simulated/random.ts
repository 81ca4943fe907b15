/**
 * Deterministic pseudo-random numbers by hashing: the value for given keys is the same whenever and in whatever order it
 * is asked, on every platform. FNV-1a gathers the keys, MurmurHash3's finaliser (Appleby 2011) mixes them. No
 * transcendental functions, whose last bits differ between platforms.
 */

const UINT32 = 2 ** 32;

export type Key = string | number;

const FNV_OFFSET = 0x811c9dc5;

function hash(keys: readonly Key[]): number {
  return mixed(keys.reduce<number>(gathered, FNV_OFFSET));
}

function gathered(state: number, key: Key): number {
  const text = `${key}\n`;
  let next = state;
  for (let index = 0; index < text.length; index++) next = Math.imul(next ^ text.charCodeAt(index), 0x01000193);
  return next;
}

function mixed(gatheredState: number): number {
  let state = gatheredState ^ (gatheredState >>> 16);
  state = Math.imul(state, 0x85ebca6b);
  state ^= state >>> 13;
  state = Math.imul(state, 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Uniform in [0, 1). */
export function uniform(...keys: readonly Key[]): number {
  return hash(keys) / UINT32;
}

/** Uniform in [low, high). */
export function between(low: number, high: number, ...keys: readonly Key[]): number {
  return low + (high - low) * uniform(...keys);
}

/** One of the choices. */
export function pick<T>(choices: readonly T[], ...keys: readonly Key[]): T {
  return choices[Math.floor(uniform(...keys) * choices.length)]!;
}

/** Approximately standard normal, within ±6: the sum of twelve uniforms less six (Irwin–Hall). */
export function normal(...keys: readonly Key[]): number {
  return irwinHall(hash(keys));
}

/** `normal` for many values of the last key: what stands before it is hashed once. */
export function normalAt(...keys: readonly Key[]): (last: Key) => number {
  const before = keys.reduce<number>(gathered, FNV_OFFSET);
  return (last) => irwinHall(mixed(gathered(before, last)));
}

function irwinHall(seed: number): number {
  let sum = -6;
  let state = seed;
  for (let index = 0; index < 12; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    sum += state / UINT32;
  }
  return sum;
}

/** Letters Kubernetes makes name suffixes of: no vowels, no digits that look like letters. */
const SAFE_LETTERS = 'bcdfghjklmnpqrstvwxz2456789';

/** A suffix as Kubernetes generates it. */
export function nameSuffix(length: number, ...keys: readonly Key[]): string {
  return Array.from({ length }, (_, index) => SAFE_LETTERS[Math.floor(uniform(...keys, index) * SAFE_LETTERS.length)]!).join('');
}

/** A UID in UUID form. */
export function uid(...keys: readonly Key[]): string {
  const hex = Array.from({ length: 4 }, (_, index) =>
    hash([...keys, index])
      .toString(16)
      .padStart(8, '0'),
  ).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
