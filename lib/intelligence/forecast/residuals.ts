/**
 * What the LSTM sees of a series and says of its coming week: how far the hours lie from the seasonal base, in daily changes, on
 * a signed log1p scale (the sign of the value times the logarithm of one more than its size), so that one burst does not
 * outweigh a week. A hole lies upon the base.
 */

import type { SlotValues } from '../../types/usage.ts';
import { type Lstm, lstmForecast } from './lstm.ts';
import type { Seasons } from './seasonal.ts';
import { DAY_HOURS, HISTORY_HOURS, HORIZON_HOURS, WEEK_HOURS } from './window.ts';

/** Hours of history that it is shown: two weeks have every day of the week twice. */
const SHOWN_HOURS = 2 * WEEK_HOURS;

/** Residuals of the last days, day after day. The base is that of the coming week, which the weeks before share. */
export function residualsOf({ window: { values }, base, scale }: Seasons): Float32Array {
  const residuals = new Float32Array(SHOWN_HOURS);
  for (let hour = 0; hour < SHOWN_HOURS; hour++) {
    const found = residual(values[HISTORY_HOURS - SHOWN_HOURS + hour]!, base[hour % WEEK_HOURS]!, scale);
    residuals[hour] = Number.isNaN(found) ? 0 : found;
  }
  return residuals;
}

/** NaN where the value is. */
export function residual(value: number, base: number, scale: number): number {
  const distance = (value - base) / scale;
  return Math.sign(distance) * Math.log1p(Math.abs(distance));
}

/** The LSTM's own forecast of the week. */
export function lstmWeek(lstm: Lstm, seasons: Seasons): SlotValues {
  const { base, scale } = seasons;
  const residuals = lstmForecast(lstm, residualsOf(seasons), HORIZON_HOURS / DAY_HOURS);
  return base.map((value, hour) => {
    const distance = residuals[hour]!;
    return Math.max(0, value + scale * Math.sign(distance) * Math.expm1(Math.abs(distance)));
  });
}
