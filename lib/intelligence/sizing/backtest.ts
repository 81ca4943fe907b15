/** Sizes that earlier weeks would have been given, from what was known before each, and whether that week exceeded them. */

import type { SizingRisk } from '../../types/sizing.ts';
import { sortedMeasured, sortedQuantile } from '../evidence/measured.ts';
import { isTooShortToSize, recommendPeak, type SizingModel } from './recommend.ts';
import { type SizingHistory, type SizingMetric, WEEK_HOURS } from './window.ts';

export interface SizingBacktest {
  /** Weeks that could be looked at: with enough hours before them, and half of their own hours measured. */
  readonly weeks: number;
  /** Of those, weeks that exceeded their size: by their highest hour (memory), by the 99th percentile of their hours (CPU). */
  readonly exceededWeeks: number;
  /** Hours of those weeks with a value, and those among them above the size. */
  readonly hours: number;
  readonly exceededHours: number;
  /** Index of the first hour of the oldest of those weeks, and of the first hour after the newest. */
  readonly fromHour: number;
  readonly toHour: number;
}

const MOST_WEEKS = 3;

/** Undefined where no week has enough hours before it. */
export function backtestPeak(history: SizingHistory, risk: SizingRisk | number, model: SizingModel): SizingBacktest | undefined {
  const { metric, mean, peak } = history;
  const tested = { weeks: 0, exceededWeeks: 0, hours: 0, exceededHours: 0, fromHour: mean.length, toHour: 0 };
  for (let week = 1; week <= MOST_WEEKS; week++) {
    const origin = mean.length - week * WEEK_HOURS;
    if (origin <= 0) break;
    const before = { metric, mean: mean.subarray(0, origin), ...(peak && { peak: peak.subarray(0, origin) }) };
    const size = recommendPeak(before, risk, model);
    const hours = sortedMeasured((peak ?? mean).subarray(origin, origin + WEEK_HOURS));
    if (isTooShortToSize(size) || hours.length < WEEK_HOURS / 2) continue;
    tested.weeks += 1;
    tested.fromHour = origin;
    tested.toHour = Math.max(tested.toHour, origin + WEEK_HOURS);
    tested.hours += hours.length;
    tested.exceededHours += hours.filter((value) => value > size.value).length;
    if (judged(metric, hours) > size.value) tested.exceededWeeks += 1;
  }
  return tested.weeks === 0 ? undefined : tested;
}

/** The figure of a week that must not exceed its size. */
function judged(metric: SizingMetric, sorted: Float64Array): number {
  return metric === 'memory' ? sorted.at(-1)! : sortedQuantile(sorted, 0.99);
}

/** `a size so chosen would have been exceeded in 1 of 3 earlier weeks (2 of 504 hours it was not made from)`. */
export function backtestText({
  weeks,
  exceededWeeks,
  hours,
  exceededHours,
}: Omit<SizingBacktest, 'fromHour' | 'toHour'>): string {
  const earlier = `${weeks} earlier ${weeks === 1 ? 'week' : 'weeks'}`;
  return `a size so chosen would have been exceeded in ${exceededWeeks} of ${earlier} (${exceededHours} of ${hours} hours it was not made from)`;
}
