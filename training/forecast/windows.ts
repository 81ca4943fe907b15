/** Windows of traces: the history before an origin and the week that followed. */

import { countMeasured } from '../../lib/intelligence/evidence/measured.ts';
import { dailyChange } from '../../lib/intelligence/forecast/seasonal.ts';
import {
  DAY_HOURS,
  HISTORY_HOURS,
  type HistoryWindow,
  HORIZON_HOURS,
  REQUIRED_HOURS,
} from '../../lib/intelligence/forecast/window.ts';
import { METRICS, type Role, roleOf, type Traces } from './traces.ts';

export interface TrainingWindow {
  readonly seriesId: string;
  readonly history: HistoryWindow;
  readonly future: Float64Array;
  /** Mean absolute 24-hour difference of the history: the unit of errors. */
  readonly scale: number;
}

export interface WindowChoice {
  readonly roles: readonly Role[];
  /** Distance of origins, hours; the first lies `firstHours` after the traces begin. */
  readonly stepHours: number;
  readonly firstHours: number;
  /** How many of the last hours before the origin are known. */
  readonly historyHours?: (seriesId: string, index: number) => number;
}

/** At least half of the week must have been recorded for its errors to count. */
const MEASURED_FUTURE = HORIZON_HOURS / 2;
const HOUR_MS = 3_600_000;

/** Windows of the chosen machines, series by series; those whose history never changes have no unit of errors and are left out. */
export function* windowsOf({ startMs, hours, traces }: Traces, choice: WindowChoice): Generator<TrainingWindow> {
  let index = 0;
  for (const { id, values } of traces) {
    if (!choice.roles.includes(roleOf(id))) continue;
    for (const metric of METRICS) {
      for (let origin = choice.firstHours; origin + HORIZON_HOURS <= hours; origin += choice.stepHours) {
        const known = Math.min(choice.historyHours?.(id, index++) ?? HISTORY_HOURS, HISTORY_HOURS, origin);
        const history = new Float64Array(HISTORY_HOURS).fill(Number.NaN);
        history.set(values[metric].subarray(origin - known, origin), HISTORY_HOURS - known);
        const future = values[metric].slice(origin, origin + HORIZON_HOURS);
        const measured = countMeasured(history);
        const scale = dailyChange(history);
        if (measured < REQUIRED_HOURS || countMeasured(future) < MEASURED_FUTURE || !(scale > 0)) continue;
        const originMs = startMs + origin * HOUR_MS;
        yield { seriesId: id, history: { metric, values: history, originMs, measured }, future, scale };
      }
    }
  }
}

/** Origins at midnight UTC begin here: hours from the start of the traces to the first midnight after `days`. */
export function midnightAfter({ startMs }: Traces, days: number): number {
  const hour = Math.floor(startMs / HOUR_MS) % DAY_HOURS;
  return ((DAY_HOURS - hour) % DAY_HOURS) + days * DAY_HOURS;
}
