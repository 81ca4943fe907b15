/**
 * A restart or an outage: a few hours in which a series that is always busy falls to nearly nothing. They say nothing of the
 * coming week, so that they are left out as if they had not been measured.
 */

import type { SlotValues } from '../../types/usage.ts';
import { sortedMeasured, sortedQuantile } from '../evidence/measured.ts';

/** Below this share of what the series hardly ever falls below. */
const NEARLY_NOTHING = 0.2;
const HARDLY_EVER = 0.05;
/** A longer run may be the way the series is. */
const LONGEST_HOURS = 6;
/** Hours of all such runs, as a share of the measured ones. */
const MOST_OUT = 0.02;

/** Indices of the hours. */
export function outagesOf(values: SlotValues): readonly number[] {
  const sorted = sortedMeasured(values);
  const floor = NEARLY_NOTHING * sortedQuantile(sorted, HARDLY_EVER);
  if (!(sorted[0]! < floor)) return [];
  const found: number[] = [];
  let run: number[] = [];
  for (let at = 0; at <= values.length; at++) {
    if (values[at]! < floor) run.push(at);
    else {
      if (run.length <= LONGEST_HOURS) found.push(...run);
      run = [];
    }
  }
  return found.length <= MOST_OUT * sorted.length ? found : [];
}
