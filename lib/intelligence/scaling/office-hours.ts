/** Office hours as use shows them: the hours of the week outside of which next to nothing was ever used. */

import type { SlotGrid, SlotValues } from '../../types/usage.ts';

const WEEK_HOURS = 168;
const DAY_HOURS = 24;

/** Each hour of the week must have been seen as often; a rhythm that was seen once is none. */
const SEEN = 2;
/** Of the busiest hours; below it nothing is served but probes and housekeeping. */
const QUIET_FRACTION = 0.1;
/** A day's worth of hours in a week, or stopping is not worth the starting. */
const LEAST_QUIET_HOURS = 48;

export interface OfficeHours {
  /** ISO weekdays, 1 is Monday. */
  readonly weekdays: readonly number[];
  /** Whole hours of the local day; `toHour` is not among them. */
  readonly fromHour: number;
  readonly toHour: number;
  readonly timeZone: string;
  /** How often the rarest hour of the week was seen. */
  readonly weeks: number;
  /** Highest hourly mean outside of the office hours, and at any time. */
  readonly quietest: number;
  readonly busiest: number;
}

/** For each slot of one hour the hour of the local week, 0 is Monday at midnight. Calendars are slow: ask once for all workloads. */
export function localWeekHours({ startMs, slotSeconds, slots }: SlotGrid, timeZone: string): readonly number[] {
  const start = Temporal.Instant.fromEpochMilliseconds(startMs).toZonedDateTimeISO(timeZone);
  return Array.from({ length: slots }, (_, slot) => {
    const { dayOfWeek, hour } = start.add({ seconds: slot * slotSeconds });
    return (dayOfWeek - 1) * DAY_HOURS + hour;
  });
}

/** Undefined where use does not keep to one span of hours on some days of the week, or too little of it is known. */
export function officeHoursOf(use: SlotValues, weekHours: readonly number[], timeZone: string): OfficeHours | undefined {
  const highest = new Float64Array(WEEK_HOURS).fill(0);
  const seen = new Float64Array(WEEK_HOURS);
  use.forEach((value, slot) => {
    const at = weekHours[slot];
    if (Number.isNaN(value) || at === undefined) return;
    highest[at] = Math.max(highest[at]!, value);
    seen[at]! += 1;
  });
  const weeks = Math.min(...seen);
  const busiest = Math.max(...highest);
  if (weeks < SEEN || !(busiest > 0)) return undefined;
  const used = [...highest.keys()].filter((hour) => highest[hour]! > busiest * QUIET_FRACTION);
  const weekdays = [...new Set(used.map((hour) => Math.floor(hour / DAY_HOURS) + 1))];
  if (!weekdays.every((day) => returns(use, weekHours, day, busiest * QUIET_FRACTION, weeks))) return undefined;
  const hours = used.map((hour) => hour % DAY_HOURS);
  const fromHour = Math.min(...hours);
  const toHour = Math.max(...hours) + 1;
  if (stoppedHours({ weekdays, fromHour, toHour }) < LEAST_QUIET_HOURS) return undefined;
  const quietest = Math.max(0, ...[...highest].filter((value) => value <= busiest * QUIET_FRACTION));
  return { weekdays, fromHour, toHour, timeZone, weeks, quietest, busiest };
}

/** Hours of a week outside of them. */
export function stoppedHours({ weekdays, fromHour, toHour }: Pick<OfficeHours, 'weekdays' | 'fromHour' | 'toHour'>): number {
  return WEEK_HOURS - weekdays.length * (toHour - fromHour);
}

/** Whether a weekday is used in every other week at least: what comes once a month keeps to another clock. */
function returns(use: SlotValues, weekHours: readonly number[], day: number, quiet: number, weeks: number): boolean {
  const used = [...use.keys()].filter((slot) => Math.floor(weekHours[slot]! / DAY_HOURS) + 1 === day && use[slot]! > quiet);
  return new Set(used.map((slot) => Math.floor(slot / WEEK_HOURS))).size >= Math.max(SEEN, weeks / 2);
}
