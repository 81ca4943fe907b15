/** How much of a workload's use follows the clock, and when next to nothing is needed. */

import type { SlotValues } from '../../types/usage.ts';

const DAY_HOURS = 24;
const WEEK_HOURS = 168;

/** Below so many weeks the hour of the day stands for that of the week, and no hour is known to be quiet. */
const WEEKS_FOR_WEEK = 2;

/** Of the week's forecast peak; below it nothing is served but probes and housekeeping. */
const QUIET_FRACTION = 0.1;

/** A stop that is shorter costs more in starting than it saves. */
const SHORTEST_STOP = 6;

/**
 * Strength of the season: 1 − variance of what remains ÷ variance of the series, the season being the mean at each hour of the
 * week or day (Wang, Smith & Hyndman 2006, without the trend). 0–1; undefined for a series that does not move or is shorter than two days.
 * One season fitted to as many days as it has degrees of freedom explains everything: less than two of it are not looked at.
 */
export function rhythmOf(values: SlotValues): number | undefined {
  const measured = values.filter((value) => !Number.isNaN(value)).length;
  const period = measured >= WEEKS_FOR_WEEK * WEEK_HOURS ? WEEK_HOURS : DAY_HOURS;
  if (measured < 2 * DAY_HOURS) return undefined;
  const phase = (slot: number): number => slot % period;
  const sums = new Float64Array(period);
  const counts = new Float64Array(period);
  for (let slot = 0; slot < values.length; slot++) {
    if (Number.isNaN(values[slot]!)) continue;
    sums[phase(slot)]! += values[slot]!;
    counts[phase(slot)]! += 1;
  }
  const season = sums.map((sum, at) => sum / counts[at]!);
  const total = variance(values);
  if (!(total > 0)) return undefined;
  const rest = variance(values.map((value, slot) => value - season[phase(slot)]!));
  // Each mean takes a degree of freedom from the rest.
  const adjusted = (rest * measured) / Math.max(1, measured - period);
  return Math.max(0, 1 - adjusted / total);
}

/** Of the same peak; a forecast mixes days, so that some of a working day is left on a weekend. Above it use is expected to come. */
const LITTLE_FRACTION = 0.25;

/**
 * Hours of the coming week in which little is expected, and in none of the weeks before was more than next to nothing, in stops that are
 * worth it. Of each such hour two weeks at least must be known. `history` ends where `expected` begins.
 */
export function quietHoursOf(expected: SlotValues, history: SlotValues): number {
  const peak = expected.reduce((top, value) => Math.max(top, value), 0);
  const isQuiet = (hour: number): boolean => {
    const before = sameHourBefore(history, hour);
    if (expected[hour]! > peak * LITTLE_FRACTION || before.length < WEEKS_FOR_WEEK) return false;
    return before.every((value) => value <= peak * QUIET_FRACTION);
  };
  let quiet = 0;
  let run = 0;
  for (let hour = 0; hour <= expected.length; hour++) {
    if (hour < expected.length && isQuiet(hour)) {
      run++;
      continue;
    }
    if (run >= SHORTEST_STOP) quiet += run;
    run = 0;
  }
  return quiet;
}

/** What was measured at the same hour of the weeks before an hour of the coming week. */
function sameHourBefore(history: SlotValues, hour: number): readonly number[] {
  const values: number[] = [];
  for (let at = history.length - WEEK_HOURS + hour; at >= 0; at -= WEEK_HOURS)
    if (!Number.isNaN(history[at]!)) values.push(history[at]!);
  return values;
}

function variance(values: SlotValues): number {
  let count = 0;
  let sum = 0;
  for (const value of values) {
    if (Number.isNaN(value)) continue;
    sum += value;
    count++;
  }
  let squares = 0;
  for (const value of values) if (!Number.isNaN(value)) squares += (value - sum / count) ** 2;
  return squares / count;
}
