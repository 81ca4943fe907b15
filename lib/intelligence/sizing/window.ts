/** The hours a size rests on: the last 30 days of highest and mean values within each hour, what cannot be a measurement left out. */

import type { SlotValues } from '../../types/usage.ts';
import { isMeasurement } from '../evidence/measured.ts';
import type { HourlySample } from '../forecast/window.ts';

/** Older hours are not looked at. */
export const HISTORY_HOURS = 720;
/** Measured hours below which there is no size. */
export const REQUIRED_HOURS = 72;
export const DAY_HOURS = 24;
export const WEEK_HOURS = 168;

/** What can be sized. */
export type SizingMetric = 'cpu' | 'memory';

/** `peaks`: the highest value within each hour was known. `means`: only the hour's mean was, which hides what is short. */
export type SizingBasis = 'peaks' | 'means';

/** History of one series (cores or bytes), NaN where nothing was measured. */
export interface SizingHistory {
  readonly metric: SizingMetric;
  /** One value for each hour, oldest first; the last is the hour before the week that is sized for. */
  readonly mean: SlotValues;
  /** Highest value within each hour, as long as `mean`; absent where only means are known. */
  readonly peak?: SlotValues;
}

/** Exactly HISTORY_HOURS values that end where the week begins; NaN where nothing was measured. */
export interface SizingWindow {
  readonly metric: SizingMetric;
  readonly basis: SizingBasis;
  readonly mean: SlotValues;
  /** The hour's mean where its peak is not known. */
  readonly peak: SlotValues;
  /** Hours with a value. */
  readonly measured: number;
}

/** Negative and infinite values are no measurements; a peak below its hour's mean is that mean. */
export function sizingWindow({ metric, mean, peak }: SizingHistory): SizingWindow {
  const shift = HISTORY_HOURS - mean.length;
  const means = new Float64Array(HISTORY_HOURS).fill(Number.NaN);
  const peaks = new Float64Array(HISTORY_HOURS).fill(Number.NaN);
  let measured = 0;
  let known = 0;
  for (let at = Math.max(0, shift); at < HISTORY_HOURS; at++) {
    const value = mean[at - shift]!;
    const high = peak?.[at - shift];
    const hasPeak = high !== undefined && isMeasurement(high);
    if (!isMeasurement(value) && !hasPeak) continue;
    measured++;
    if (hasPeak) known++;
    means[at] = isMeasurement(value) ? value : high!;
    peaks[at] = hasPeak ? Math.max(high, means[at]!) : means[at]!;
  }
  return { metric, basis: 2 * known > measured ? 'peaks' : 'means', mean: means, peak: peaks, measured };
}

const HOUR_MS = 3_600_000;

/**
 * Brings samples in any order to hours that end at `originMs`. Several samples of an hour are averaged, the highest of their peaks
 * is kept; what lies outside of the last 30 days and what is negative or no number is left out.
 */
export function hourlySizing(metric: SizingMetric, originMs: number, samples: Iterable<HourlySample>): SizingHistory {
  const startMs = originMs - HISTORY_HOURS * HOUR_MS;
  const sum = new Float64Array(HISTORY_HOURS);
  const count = new Float64Array(HISTORY_HOURS);
  const peak = new Float64Array(HISTORY_HOURS).fill(Number.NaN);
  for (const { atMs, value, peak: high } of samples) {
    const at = Math.floor((atMs - startMs) / HOUR_MS);
    if (!(at >= 0 && at < HISTORY_HOURS)) continue;
    if (isMeasurement(value)) {
      sum[at]! += value;
      count[at]! += 1;
    }
    if (high !== undefined && isMeasurement(high) && !(high <= peak[at]!)) peak[at] = high;
  }
  return { metric, mean: sum.map((total, at) => total / count[at]!), peak };
}
