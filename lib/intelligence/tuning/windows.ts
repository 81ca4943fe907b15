/** One's own history cut into windows whose outcome is known: the newest is held apart, the older ones teach. */

import type { ForecastHistory } from '../../types/forecast.ts';
import type { SlotValues } from '../../types/usage.ts';
import { countMeasured } from '../evidence/measured.ts';
import { dailyChange } from '../forecast/seasonal.ts';

/** Hours forecast in a window. Three days: a week would leave next to no windows of a month. */
export const WINDOW_HOURS = 72;

/** Measured hours below which there is no forecast. */
const HISTORY_HOURS = 72;

/** Older windows say little about what comes. */
const MOST_WINDOWS = 7;

/** Of a window at least so much must be measured. */
const MEASURED = 0.8;

/** Hours from which on a series can both teach and be tested. */
export const REQUIRED_HOURS = HISTORY_HOURS + 2 * WINDOW_HOURS;

export interface Window {
  readonly before: ForecastHistory;
  readonly actual: SlotValues;
  /** Mean absolute 24-hour difference of the history before: the unit of its errors. */
  readonly scale: number;
}

/** Windows of one series, the newest first; none that is constant, as it has no unit for errors. */
export function windowsOf(history: ForecastHistory): readonly Window[] {
  const { grid, mean } = history;
  return Array.from({ length: MOST_WINDOWS + 1 }, (_, back) => grid.slots - (back + 1) * WINDOW_HOURS).flatMap((origin) => {
    if (origin <= 0) return [];
    const before = { metric: history.metric, grid: { ...grid, slots: origin }, mean: mean.subarray(0, origin) };
    const actual = mean.subarray(origin, origin + WINDOW_HOURS);
    const scale = dailyChange(before.mean);
    if (countMeasured(before.mean) < HISTORY_HOURS || countMeasured(actual) < MEASURED * WINDOW_HOURS || !(scale > 0)) return [];
    return [{ before, actual, scale }];
  });
}
