/**
 * Steady growth or decline: the median of the slopes between daily medians (Theil 1950, Sen 1968), taken for a trend where
 * nearly all pairs of days agree on its direction (Mann 1945, Kendall). The history is brought to today's level, and the
 * forecast follows a part of the slope: that all of it goes on is rarely seen (Gardner & McKenzie 1985).
 */

import type { SlotValues } from '../../types/usage.ts';
import { sortedMedian } from '../evidence/measured.ts';
import { blockMedians, dailyChange } from './seasonal.ts';
import { DAY_HOURS, HISTORY_HOURS } from './window.ts';

const DAYS = 14;
/** Days with a median that it takes. */
const LEAST_DAYS = 7;
/** Kendall's tau of daily medians against time. */
const LEAST_TAU = 0.85;
/** Growth in a week ÷ daily change: below it a trend does not matter. */
const LEAST_GROWTH = 1;
/** Share of the slope that the forecast follows. */
export const FOLLOWED = 0.7;

/** Change per hour; undefined where there is no steady one. */
export function trendOf(values: SlotValues): number | undefined {
  const medians = blockMedians(values.subarray(HISTORY_HOURS - DAYS * DAY_HOURS), DAY_HOURS);
  const slopes: number[] = [];
  let agreement = 0;
  for (let later = 1; later < DAYS; later++) {
    for (let earlier = 0; earlier < later; earlier++) {
      const slope = (medians[later]! - medians[earlier]!) / (later - earlier);
      if (Number.isNaN(slope)) continue;
      slopes.push(slope);
      agreement += Math.sign(slope);
    }
  }
  if (slopes.length < (LEAST_DAYS * (LEAST_DAYS - 1)) / 2 || Math.abs(agreement) < LEAST_TAU * slopes.length) return undefined;
  const perDay = sortedMedian(Float64Array.from(slopes).sort());
  return Math.abs(perDay) * 7 >= LEAST_GROWTH * dailyChange(values) ? perDay / DAY_HOURS : undefined;
}

/** The hours as they would have been at today's level; those before the days that the slope is known of move as the first of them. */
export function withoutTrend(values: SlotValues, perHour: number): SlotValues {
  return values.map((value, at) => Math.max(0, value + perHour * Math.min(DAYS * DAY_HOURS, HISTORY_HOURS - at)));
}
