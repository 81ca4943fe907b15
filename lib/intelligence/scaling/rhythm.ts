/** How much of a workload's use follows the clock, and when next to nothing is needed. */

import type { Forecast } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';

const DAY_HOURS = 24;
const WEEK_HOURS = 168;

/** Below so many weeks the hour of the day stands for that of the week. */
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

/** Hours of the coming week in which even the upper end of the 80 % interval is next to nothing, in stops that are worth it. */
export function quietHoursOf({ mean, intervals }: Forecast): number {
  const upper = intervals.find(({ level }) => level === 0.8)?.high ?? mean;
  const peak = mean.reduce((top, value) => Math.max(top, value), 0);
  let quiet = 0;
  let run = 0;
  for (const value of [...upper, Number.POSITIVE_INFINITY]) {
    if (value <= peak * QUIET_FRACTION) {
      run++;
      continue;
    }
    if (run >= SHORTEST_STOP) quiet += run;
    run = 0;
  }
  return quiet;
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
