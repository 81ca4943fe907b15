/**
 * How unlikely a value is under a forecast. Between the ends of the 50, 80 and 95 % intervals, which are calibrated on other machines,
 * the distribution is taken as linear; beyond the 95 % interval its tail falls off exponentially, at the rate at which it
 * fell between the 80 % and the 95 % end (the excesses over a high threshold: Pickands 1975, with shape 0).
 */

/** Ends of the central intervals, innermost first. */
export interface PredictedHour {
  readonly mean: number;
  readonly low: readonly [number, number, number];
  readonly high: readonly [number, number, number];
}

/** Probability beyond the end of the 50, 80 and 95 % interval, on one side. */
const BEYOND = [0.25, 0.1, 0.025] as const;

/** A tail that was told from a few hundred hours says no more than this. */
const LEAST = 1e-6;

/** Two-sided probability of a value that lies as far out, LEAST … 1. */
export function tailProbability(value: number, { mean, low, high }: PredictedHour): number {
  const above = value >= mean;
  const ends = above ? high : low;
  // Both sides are looked at as if they were the upper one.
  const distance = (end: number): number => Math.max(0, above ? end - mean : mean - end);
  const oneSided = upperTail(Math.abs(value - mean), [distance(ends[0]), distance(ends[1]), distance(ends[2])], Math.abs(mean));
  return Math.min(1, Math.max(LEAST, 2 * oneSided));
}

function upperTail(far: number, ends: readonly [number, number, number], level: number): number {
  let inner = 0;
  let probability = 0.5;
  for (const [index, outer] of ends.entries()) {
    const beyond = BEYOND[index]!;
    if (far <= outer)
      return outer === inner ? probability : probability + ((beyond - probability) * (far - inner)) / (outer - inner);
    inner = outer;
    probability = beyond;
  }
  // A forecast without width, of a constant series: what differs by more than a trace of its level is as unlikely as can be told.
  const rate = Math.max((ends[2] - ends[1]) / Math.log(BEYOND[1] / BEYOND[2]), level * TRACE, Number.MIN_VALUE);
  return BEYOND[2] * Math.exp(-(far - ends[2]) / rate);
}

/** Fraction of the level below which nothing is told apart. */
const TRACE = 1e-3;
