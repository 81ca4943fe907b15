/** Figures of a series that has holes: NaN where nothing was measured. */

import type { SlotValues } from '../../types/usage.ts';

/** Use is a number, and never negative. */
export function isMeasurement(value: number): boolean {
  return value >= 0 && value < Number.POSITIVE_INFINITY;
}

/** Number of values that are measured. */
export function countMeasured(values: SlotValues): number {
  let measured = 0;
  for (const value of values) if (!Number.isNaN(value)) measured++;
  return measured;
}

/** The measured values in ascending order. */
export function sortedMeasured(values: SlotValues): SlotValues {
  const kept = new Float64Array(values.length);
  let count = 0;
  for (const value of values) if (!Number.isNaN(value)) kept[count++] = value;
  return kept.subarray(0, count).sort();
}

/** Median of ascending values; NaN for none. */
export function sortedMedian(sorted: SlotValues): number {
  if (sorted.length === 0) return Number.NaN;
  const upper = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[upper]! : (sorted[upper - 1]! + sorted[upper]!) / 2;
}

/** The q-quantile of ascending values by linear interpolation; NaN for none. */
export function sortedQuantile(sorted: SlotValues, q: number): number {
  if (sorted.length === 0) return Number.NaN;
  const position = (sorted.length - 1) * q;
  const low = Math.floor(position);
  const value = sorted[low]!;
  return value + (position - low) * ((sorted[low + 1] ?? value) - value);
}

/** Mean of what is measured; NaN for nothing. */
export function meanOf(values: SlotValues | readonly number[]): number {
  let sum = 0;
  let count = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  return sum / count;
}

/** Standard deviation of what is measured, of all there is; NaN for nothing. */
export function standardDeviation(values: SlotValues): number {
  const mean = meanOf(values);
  return Math.sqrt(meanOf(values.map((value) => (value - mean) * (value - mean))));
}

/** Mean absolute difference between values `lag` apart; NaN where no two are. */
export function changeOver(values: SlotValues, lag: number): number {
  let sum = 0;
  let count = 0;
  for (let at = lag; at < values.length; at++) {
    const change = Math.abs(values[at]! - values[at - lag]!);
    if (Number.isNaN(change)) continue;
    sum += change;
    count++;
  }
  return sum / count;
}
