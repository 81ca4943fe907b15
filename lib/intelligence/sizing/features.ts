/**
 * What the trees look at: how far the peaks of other periods lie below the highest of 30 days, how often and how long ago it was
 * reached, and how the peaks move. All are distances of logarithms, counts or shares: a series in other units has the same features.
 */

import type { SlotValues } from '../../types/usage.ts';
import {
  changeOver,
  countMeasured,
  meanOf,
  sortedMeasured,
  sortedMedian,
  sortedQuantile,
  standardDeviation,
} from '../evidence/measured.ts';
import { DAY_HOURS, HISTORY_HOURS, type SizingWindow, WEEK_HOURS } from './window.ts';

const MAXIMA_DAYS = [1, 2, 3, 7, 14] as const;
const WEEKS = 4;
const QUANTILE_DAYS = [3, 7, 14, 30] as const;
const QUANTILES = [0.5, 0.9, 0.99] as const;
const HIGHEST_HOURS = [2, 3, 5, 10] as const;
const HIGHEST_DAYS = [2, 3, 5] as const;
const LEVELS = [0.995, 0.95, 0.8, 0.5] as const;

/** Names, in the order of a row. */
export const FEATURES: readonly string[] = [
  ...MAXIMA_DAYS.map((days) => `highest of ${days} d`),
  ...Array.from({ length: WEEKS }, (_, week) => `highest of week -${week + 1}`),
  ...Array.from({ length: WEEKS - 1 }, (_, week) => `week -${week + 1} against the weeks before`),
  'second highest week',
  'spread of weekly highest',
  ...QUANTILE_DAYS.flatMap((days) => QUANTILES.map((q) => `${q * 100} % of ${days} d`)),
  ...HIGHEST_HOURS.map((rank) => `hour of rank ${rank}`),
  ...HIGHEST_DAYS.map((rank) => `day of rank ${rank}`),
  'hour of rank 3 of 7 d',
  'median of daily highest 7 d',
  'median of daily highest',
  'spread of daily highest',
  'change of daily highest',
  'trend of daily highest 7 d',
  'trend of daily highest',
  'hours since highest',
  ...LEVELS.flatMap((level) => [
    `hours at ${level} of highest`,
    `days at ${level} of highest`,
    `hours since ${level} of highest`,
  ]),
  'mean',
  'mean 7 d',
  'level shift 3 d',
  'level shift 7 d',
  'peak above mean',
  'peak above mean, 95 %',
  'daily rhythm',
  'weekly rhythm',
  'days of history',
  'share measured',
  'share zero',
  'means only',
];

/** Distance of what lies nowhere near the highest, and of what is not known. */
const FARTHEST = -8;

/** One row; `base` is the highest value of all hours and is above zero. */
export function featureRow(window: SizingWindow, base: number): Float32Array {
  const { peak, mean } = window;
  const below = (value: number): number => (value > 0 ? Math.max(FARTHEST, Math.log(value / base)) : FARTHEST);
  const features: number[] = [];
  for (const days of MAXIMA_DAYS) features.push(below(highestOf(lastDays(peak, days))));

  const weeks = Array.from({ length: WEEKS }, (_, week) =>
    below(highestOf(peak.subarray(HISTORY_HOURS - (week + 1) * WEEK_HOURS, HISTORY_HOURS - week * WEEK_HOURS))),
  );
  features.push(...weeks);
  for (let week = 0; week + 1 < WEEKS; week++) features.push(weeks[week]! - Math.max(...weeks.slice(week + 1)));
  const known = Float64Array.from(weeks.filter((value) => value > FARTHEST)).sort();
  features.push(known.at(-2) ?? FARTHEST, standardDeviation(known));

  const sorted = sortedMeasured(peak);
  for (const days of QUANTILE_DAYS) {
    const part = days === 30 ? sorted : sortedMeasured(lastDays(peak, days));
    for (const q of QUANTILES) features.push(below(sortedQuantile(part, q)));
  }
  for (const rank of HIGHEST_HOURS) features.push(below(sorted.at(-rank) ?? 0));
  const days = dailyHighest(peak);
  const sortedDays = sortedMeasured(days);
  for (const rank of HIGHEST_DAYS) features.push(below(sortedDays.at(-rank) ?? 0));
  features.push(
    below(sortedMeasured(lastDays(peak, 7)).at(-3) ?? 0),
    below(sortedMedian(sortedMeasured(days.subarray(days.length - 7)))),
    below(sortedMedian(sortedDays)),
  );
  const logDays = days.map((value) => (Number.isNaN(value) ? Number.NaN : below(value)));
  features.push(
    standardDeviation(sortedMeasured(logDays)),
    changeOver(logDays, 1),
    slope(logDays.subarray(logDays.length - 7)),
    slope(logDays),
    hoursSince(peak, base),
  );
  for (const level of LEVELS) {
    features.push(countFrom(peak, level * base), countFrom(days, level * base), hoursSince(peak, level * base));
  }

  const week = lastDays(mean, 7);
  const shift = (recent: number): number => {
    const after = sortedMedian(sortedMeasured(lastDays(mean, recent)));
    const before = sortedMedian(sortedMeasured(mean.subarray(0, HISTORY_HOURS - recent * DAY_HOURS)));
    return after > 0 && before > 0 ? Math.log(after / before) : 0;
  };
  const excess = sortedMeasured(peak.map((high, hour) => (high > 0 ? Math.log(Math.max(mean[hour]!, high * 1e-3) / high) : 0)));
  const first = mean.findIndex((value) => !Number.isNaN(value));
  features.push(
    below(meanOf(mean)),
    below(meanOf(week)),
    shift(3),
    shift(7),
    sortedMedian(excess),
    sortedQuantile(excess, 0.05),
    rhythm(peak, DAY_HOURS),
    rhythm(peak, WEEK_HOURS),
    (HISTORY_HOURS - first) / DAY_HOURS,
    window.measured / (HISTORY_HOURS - first),
    peak.reduce((count, value) => count + (value === 0 ? 1 : 0), 0) / window.measured,
    window.basis === 'means' ? 1 : 0,
  );
  return Float32Array.from(features, (value) => (Number.isNaN(value) ? 0 : value));
}

export function lastDays(values: SlotValues, days: number): SlotValues {
  return values.subarray(HISTORY_HOURS - days * DAY_HOURS);
}

/** Highest measured value; 0 for none. */
export function highestOf(values: SlotValues): number {
  let highest = 0;
  for (const value of values) if (value > highest) highest = value;
  return highest;
}

/** Highest value of each 24 hours, oldest first; NaN where nothing was measured. */
function dailyHighest(values: SlotValues): SlotValues {
  const days = new Float64Array(values.length / DAY_HOURS);
  for (let day = 0; day < days.length; day++) {
    const hours = values.subarray(day * DAY_HOURS, (day + 1) * DAY_HOURS);
    days[day] = countMeasured(hours) === 0 ? Number.NaN : highestOf(hours);
  }
  return days;
}

/** Least-squares slope per step over what is measured. */
function slope(values: SlotValues): number {
  const measured = [...values].flatMap((value, at) => (Number.isNaN(value) ? [] : [{ at, value }]));
  const centre = meanOf(measured.map(({ at }) => at));
  const level = meanOf(measured.map(({ value }) => value));
  let products = 0;
  let squares = 0;
  for (const { at, value } of measured) {
    products += (at - centre) * (value - level);
    squares += (at - centre) * (at - centre);
  }
  return squares > 0 ? products / squares : 0;
}

/** Number of values at or above a level. */
function countFrom(values: SlotValues, level: number): number {
  let count = 0;
  for (const value of values) if (value >= level) count++;
  return count;
}

/** Hours since the newest value at or above a level; all of the history where there is none. */
function hoursSince(values: SlotValues, level: number): number {
  for (let at = values.length - 1; at >= 0; at--) if (values[at]! >= level) return values.length - 1 - at;
  return values.length;
}

/** Autocorrelation of the logarithms at a lag; 0 where it is not known. */
function rhythm(values: SlotValues, lag: number): number {
  const logs = values.map((value) => (value > 0 ? Math.log(value) : Number.NaN));
  const level = meanOf(logs);
  const pairs = logs.subarray(lag).map((value, at) => (value - level) * (logs[at]! - level));
  return meanOf(pairs) / meanOf(logs.map((value) => (value - level) * (value - level)));
}
