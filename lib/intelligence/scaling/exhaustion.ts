/** When use reaches what was asked for or is allowed: by the forecast of the coming week, else by the trend of the daily peaks. */

import type { Exhaustion, Forecast } from '../../types/forecast.ts';
import type { SlotValues, VolumeUse } from '../../types/usage.ts';
import { dailyFigures, type FittedTrend, highest, trendOf } from '../hours/trend.ts';

const DAY_HOURS = 24;

/** A trend is followed at most this many times as far as the days it was told from. */
const FURTHEST = 3;

/** `history` are hourly means that end where the forecast begins. */
export function exhaustionOf(of: Exhaustion['of'], amount: number, history: SlotValues, forecast: Forecast): Exhaustion {
  const peaks = dailyFigures(history, highest);
  const newest = peaks.at(-1);
  if (newest !== undefined && newest >= amount) return { of, amount, state: 'reached' };
  return byForecast(of, amount, forecast) ?? byTrend(of, amount, trendOf(peaks)) ?? { of, amount, state: 'not-in-sight' };
}

/** A volume fills by the trend of its daily peaks. */
export function volumeExhaustion({ claim, capacityBytes, usedPeakBytes }: VolumeUse): Exhaustion {
  const newest = usedPeakBytes.findLast((value) => !Number.isNaN(value));
  const bound = { of: 'volume', amount: capacityBytes } as const;
  if (newest !== undefined && newest >= capacityBytes) return { ...bound, claim, state: 'reached' };
  return { ...(byTrend('volume', capacityBytes, trendOf(usedPeakBytes)) ?? { ...bound, state: 'not-in-sight' }), claim };
}

/** Each end of the interval reaches the amount at its own hour. */
function byForecast(of: Exhaustion['of'], amount: number, { mean, intervals }: Forecast): Exhaustion | undefined {
  const widest = intervals.find(({ level }) => level === 0.95);
  const days = daysUntil(mean, amount);
  if (days === undefined || !widest) return undefined;
  const earliestDays = daysUntil(widest.high, amount);
  const latestDays = daysUntil(widest.low, amount);
  return {
    of,
    amount,
    state: 'expected',
    days,
    ...(earliestDays !== undefined && { earliestDays }),
    ...(latestDays !== undefined && { latestDays }),
    from: 'forecast',
  };
}

function daysUntil(values: SlotValues, amount: number): number | undefined {
  const hour = values.findIndex((value) => value >= amount);
  return hour < 0 ? undefined : hour / DAY_HOURS;
}

function byTrend(of: Exhaustion['of'], amount: number, trend: FittedTrend | undefined): Exhaustion | undefined {
  if (!trend?.significant || trend.perDay.value <= 0) return undefined;
  const sight = trend.days * FURTHEST;
  const days = (perDay: number): number => Math.max(0, (amount - trend.newest) / perDay);
  const expected = days(trend.perDay.value);
  if (expected > sight) return undefined;
  const latest = trend.perDay.low > 0 ? days(trend.perDay.low) : Number.POSITIVE_INFINITY;
  return {
    of,
    amount,
    state: 'expected',
    days: expected,
    earliestDays: days(trend.perDay.high),
    ...(latest <= sight && { latestDays: latest }),
    from: 'trend',
  };
}
