/**
 * Trend of daily figures: the median of the slopes between all pairs of days (Theil 1950; Sen 1968), which a few odd days do not
 * move, with Sen's interval from the distribution of Kendall's score.
 */

import type { Trend } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import { sortedMedian } from '../evidence/measured.ts';

const DAY_HOURS = 24;

/** Measured hours below which a day has no figure. */
const HOURS_A_DAY = 12;

/** Fewer days tell no trend from chance: with three the interval would always reach to infinity. */
const FEWEST_DAYS = 5;

/** 97.5 % quantile of the standard normal distribution. */
const Z = 1.959_964;

/** Days counted back from the newest hour, oldest first; NaN where too few hours were measured. */
export function dailyFigures(values: SlotValues, figure: (day: SlotValues) => number): SlotValues {
  const days = Math.floor(values.length / DAY_HOURS);
  const begin = values.length - days * DAY_HOURS;
  return Float64Array.from({ length: days }, (_, day) => {
    const from = begin + day * DAY_HOURS;
    const measured = values.slice(from, from + DAY_HOURS).filter((value) => !Number.isNaN(value));
    return measured.length < HOURS_A_DAY ? Number.NaN : figure(measured);
  });
}

export function mean(values: SlotValues): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function highest(values: SlotValues): number {
  return values.reduce((top, value) => Math.max(top, value), Number.NEGATIVE_INFINITY);
}

export interface FittedTrend extends Trend {
  /** Value that the trend has on the newest day. */
  readonly newest: number;
}

/** Undefined where too few days have a figure. */
export function trendOf(days: SlotValues): FittedTrend | undefined {
  const at = [...days.keys()].filter((day) => !Number.isNaN(days[day]!));
  if (at.length < FEWEST_DAYS) return undefined;
  const slopes = new Float64Array((at.length * (at.length - 1)) / 2);
  let count = 0;
  for (let i = 0; i < at.length; i++) {
    for (let j = i + 1; j < at.length; j++) slopes[count++] = (days[at[j]!]! - days[at[i]!]!) / (at[j]! - at[i]!);
  }
  slopes.sort();
  const { length: n } = at;
  const half = Z * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const low = slopes[Math.max(0, Math.floor((count - half) / 2))]!;
  const high = slopes[Math.min(count - 1, Math.ceil((count + half) / 2))]!;
  const value = sortedMedian(slopes);
  const level = sortedMedian(Float64Array.from(at, (day) => days[day]! - value * (day - (days.length - 1))).sort());
  return { perDay: { value, low, high }, days: n, significant: low > 0 || high < 0, newest: level };
}
