/** Parameters of a scenario, drawn from a seed: each by its own name, so that a new one leaves the others as they were. */

import { between, pick } from '../random.ts';

/** Where and under which name a scenario's workloads stand. */
export interface Place {
  readonly namespace: string;
  /** Undefined: the scenario picks a name that such a workload goes by. */
  readonly name?: string;
  /** Zone of the people who use it. */
  readonly timeZone: string;
}

export class Draw {
  readonly #keys: readonly [number, string];

  constructor(seed: number, scenario: string) {
    this.#keys = [seed, scenario];
  }

  between(what: string, low: number, high: number): number {
    return between(low, high, ...this.#keys, what);
  }

  /** A whole number, both ends included. */
  integer(what: string, low: number, high: number): number {
    return Math.floor(this.between(what, low, high + 1));
  }

  /** Between the ends on a scale of ratios: what spans orders of magnitude. */
  ratio(what: string, low: number, high: number): number {
    // Squares instead of a power, whose last bits differ between platforms.
    let [from, to] = [low, high];
    let share = this.between(what, 0, 1);
    for (let step = 0; step < 12; step++) {
      const middle = Math.sqrt(from * to);
      share *= 2;
      if (share >= 1) {
        from = middle;
        share -= 1;
      } else to = middle;
    }
    return Math.sqrt(from * to);
  }

  pick<T>(what: string, choices: readonly T[]): T {
    return pick(choices, ...this.#keys, what);
  }
}
