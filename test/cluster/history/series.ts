/** Series as metrics servers keep them, and the counters in them. */

export type Labels = Readonly<Record<string, string>>;

/** Samples on an even grid; NaN where there is none. */
export interface Series {
  readonly labels: Labels;
  /** Instant of the first sample. */
  readonly startMs: number;
  readonly stepSeconds: number;
  readonly values: Float64Array;
}

/** Adds up rates over steps. Where a rate is not known the last one goes on, unseen, as a counter does that nobody scrapes. */
export class Counter {
  value: number;
  #rate: number;

  constructor(start: number, rate: number) {
    this.value = start;
    this.#rate = rate;
  }

  /** Values at the end of each step. */
  advance(rates: Float64Array, stepSeconds: number): Float64Array {
    const values = new Float64Array(rates.length);
    for (let step = 0; step < rates.length; step++) {
      const rate = rates[step]!;
      if (!Number.isNaN(rate)) this.#rate = rate;
      this.value += this.#rate * stepSeconds;
      values[step] = Number.isNaN(rate) ? Number.NaN : this.value;
    }
    return values;
  }
}

/** Counts events: whole numbers only. */
export function whole(values: Float64Array): Float64Array {
  return values.map(Math.floor);
}

export function sumOf(arrays: readonly Float64Array[], length: number): Float64Array {
  const sum = new Float64Array(length);
  for (const array of arrays) for (let step = 0; step < length; step++) sum[step]! += array[step]!;
  return sum;
}
