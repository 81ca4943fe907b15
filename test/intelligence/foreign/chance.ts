/** Chance from a seed: uniform numbers by Mulberry32 (Ettinger 2017), the usual distributions from them. */

export class Chance {
  #state: number;
  #spare: number | undefined;

  constructor(seed: number) {
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) >>> 0;
    for (let turn = 0; turn < 4; turn++) this.uniform();
  }

  uniform(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.uniform();
  }

  /** Both ends included. */
  whole(low: number, high: number): number {
    return Math.floor(this.between(low, high + 1));
  }

  /** Evenly over orders of magnitude. */
  scale(low: number, high: number): number {
    return low * (high / low) ** this.uniform();
  }

  pick<T>(choices: readonly T[]): T {
    return choices[Math.floor(this.uniform() * choices.length)]!;
  }

  happens(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Standard normal (Box and Muller 1958). */
  normal(): number {
    if (this.#spare !== undefined) {
      const value = this.#spare;
      this.#spare = undefined;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }

  word(length: number): string {
    return Array.from({ length }, () => 'bcdfghjklmnpqrstvwxz2456789'[this.whole(0, 26)]).join('');
  }
}
