/** A history made ready: what is known not to come back is taken out of it, and said. */

import { countMeasured } from '../evidence/measured.ts';
import { atNewLevel, levelShiftOf } from './level-shift.ts';
import { outagesOf } from './outage.ts';
import { FOLLOWED, trendOf, withoutTrend } from './trend.ts';
import { DAY_HOURS, HISTORY_HOURS, type HistoryWindow } from './window.ts';

export interface Prepared {
  readonly window: HistoryWindow;
  /** Added for each hour after the origin. */
  readonly perHour: number;
  readonly notes: readonly string[];
}

export function prepared(window: HistoryWindow): Prepared {
  const notes: string[] = [];
  let { values } = window;
  const out = outagesOf(values);
  if (out.length > 0) {
    const hours = new Set(out);
    values = values.map((value, at) => (hours.has(at) ? Number.NaN : value));
    notes.push(`${out.length} h of nearly nothing, as in a restart: left out`);
  }
  const shift = levelShiftOf(values);
  if (shift) {
    values = atNewLevel(values, shift);
    notes.push(`level shift ${ago(HISTORY_HOURS - shift.at)} ago: older values brought to the new level`);
  }
  const trend = trendOf(values) ?? 0;
  if (trend !== 0) {
    values = withoutTrend(values, trend);
    notes.push(`steady ${trend > 0 ? 'growth' : 'decline'}: followed by ${FOLLOWED * 100} % of its pace`);
  }
  if (notes.length === 0) return { window, perHour: 0, notes };
  return { window: { ...window, values, measured: countMeasured(values) }, perHour: FOLLOWED * trend, notes };
}

function ago(hours: number): string {
  return hours < 2 * DAY_HOURS ? `${hours} h` : `${Math.round(hours / DAY_HOURS)} d`;
}
