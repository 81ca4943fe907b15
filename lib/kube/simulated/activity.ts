/** When a described workload is used: patterns to intervals of time. */

import type { ActivityDescription } from './description.ts';
import { between } from './random.ts';

/** [startMs, endMs). */
export type Interval = readonly [number, number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

export interface ActivityPeriod {
  readonly fromMs: number;
  readonly toMs: number;
  readonly nowMs: number;
  /** Start of the pod, for the pattern `startup`. */
  readonly podStartMs: number;
  readonly seed: number;
  /** Names the workload, so that jitter differs between workloads. */
  readonly key: string;
}

/** Intervals of a pattern that touch the period, oldest first. */
export function activeIntervals(pattern: ActivityDescription['pattern'], period: ActivityPeriod): readonly Interval[] {
  const { fromMs, toMs, nowMs, podStartMs } = period;
  switch (pattern.kind) {
    case 'constant':
      return [[fromMs, toMs]];
    case 'hours':
      return localDays(pattern.timeZone, fromMs, toMs)
        .filter((day) => pattern.weekdays.includes(day.dayOfWeek))
        .map((day) => [localInstant(day, pattern.from, pattern.timeZone), localInstant(day, pattern.to, pattern.timeZone)]);
    case 'daily':
      return localDays(pattern.timeZone, fromMs, toMs).map((day) =>
        lasting(localInstant(day, pattern.at, pattern.timeZone), pattern.minutes),
      );
    case 'weekly':
      return localDays(pattern.timeZone, fromMs, toMs)
        .filter((day) => day.dayOfWeek === pattern.weekday)
        .map((day) => lasting(localInstant(day, pattern.at, pattern.timeZone), pattern.minutes));
    case 'every':
      return repeated(pattern, period);
    case 'at':
      return pattern.hoursAgo.map((hours) => lasting(nowMs - hours * HOUR_MS, pattern.minutes)).toReversed();
    case 'until':
      return [[fromMs, Math.max(fromMs, nowMs - pattern.hoursAgo * HOUR_MS)]];
    case 'startup':
      return [lasting(podStartMs, pattern.minutes)];
  }
}

function lasting(startMs: number, minutes: number): Interval {
  return [startMs, startMs + minutes * MINUTE_MS];
}

function repeated(
  pattern: { readonly everyMinutes: number; readonly minutes: number; readonly jitterMinutes?: number },
  period: ActivityPeriod,
): readonly Interval[] {
  const everyMs = pattern.everyMinutes * MINUTE_MS;
  const intervals: Interval[] = [];
  // Counted back from now, so that the rhythm does not depend on where the period begins.
  for (
    let index = Math.floor((period.nowMs - period.toMs) / everyMs);
    period.nowMs - (index + 1) * everyMs > period.fromMs - everyMs;
    index++
  ) {
    const jitter = between(-1, 1, period.seed, period.key, 'every', index) * (pattern.jitterMinutes ?? 0) * MINUTE_MS;
    intervals.unshift(lasting(period.nowMs - (index + 0.5) * everyMs + jitter, pattern.minutes));
  }
  return intervals;
}

function localDays(timeZone: string, fromMs: number, toMs: number): readonly Temporal.PlainDate[] {
  const day = (ms: number): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate();
  const days: Temporal.PlainDate[] = [];
  const last = day(toMs);
  // A day before: what began yesterday may still last.
  for (let each = day(fromMs).subtract({ days: 1 }); Temporal.PlainDate.compare(each, last) <= 0; each = each.add({ days: 1 }))
    days.push(each);
  return days;
}

function localInstant(day: Temporal.PlainDate, hours: number, timeZone: string): number {
  return day
    .toPlainDateTime('00:00')
    .add({ minutes: Math.round(hours * 60) })
    .toZonedDateTime(timeZone).epochMilliseconds;
}

/** Fraction of [fromMs, toMs) that lies in the intervals, which do not overlap each other. */
export function activeFraction(intervals: readonly Interval[], fromMs: number, toMs: number): number {
  let active = 0;
  for (const [start, end] of intervals) active += Math.max(0, Math.min(end, toMs) - Math.max(start, fromMs));
  return active / (toMs - fromMs);
}
