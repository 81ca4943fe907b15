/** Seeded randomness: the same seed trains the same weights on every machine. */

/** Uniform in [0, 1); mulberry32 (Tommy Ettinger), 32 bits of state, integers only. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** `count` different numbers below `below`, ascending. */
export function sample(random: () => number, below: number, count: number): Uint32Array {
  const taken = new Uint32Array(Math.min(count, below));
  let found = 0;
  // Selection sampling (Knuth, TAOCP 2, algorithm S).
  for (let at = 0; at < below && found < taken.length; at++) {
    if (random() * (below - at) < taken.length - found) taken[found++] = at;
  }
  return taken;
}
