/**
 * A lasting change of level, as a rollout makes it. Found where two levels explain the last two weeks far better than one does
 * (least squares over one split), and where the new level was hardly ever seen before: a weekend or a nightly batch comes
 * back, a rollout does not. Older hours are then brought to the new level and to its spread.
 */

import type { SlotValues } from '../../types/usage.ts';
import { sortedMeasured, sortedMedian, sortedQuantile } from '../evidence/measured.ts';
import { DAY_HOURS, HISTORY_HOURS, WEEK_HOURS } from './window.ts';

/** Hours in which a shift is looked for. Older ones have left the medians. */
const SEARCHED = 2 * WEEK_HOURS;
/** Hours on either side of it. */
const LEAST_AFTER = DAY_HOURS;
/**
 * Where no earlier week shows what a weekend looks like, the new level must outlast one; and so must a fall, which may be an outage:
 * after a rollout that needs less the old level is the safe mistake.
 */
const LEAST_AFTER_DOUBT = 3 * DAY_HOURS;
/** Share of the sum of squares that two levels must explain. */
const EXPLAINED = 0.6;
/** Share of hours on either side that may lie nearer to the other level. */
const MOST_MIXED = 0.05;
/** The spread is changed by this factor at most: a day or two tell little of it. */
const MOST_SPREAD = 4;

export interface LevelShift {
  /** Index of the first hour at the new level. */
  readonly at: number;
  readonly before: number;
  readonly after: number;
  /** Spread after ÷ spread before. */
  readonly spread: number;
}

export function levelShiftOf(values: SlotValues): LevelShift | undefined {
  const at = bestSplit(values);
  if (at === undefined) return undefined;
  const older = sortedMeasured(values.subarray(0, at));
  const newer = sortedMeasured(values.subarray(at));
  if (newer.length < LEAST_AFTER || older.length < LEAST_AFTER) return undefined;
  const recent = sortedMeasured(values.subarray(Math.max(0, at - WEEK_HOURS), at));
  const before = sortedMedian(recent.length > 0 ? recent : older);
  const after = sortedMedian(newer);
  const middle = (before + after) / 2;
  const rises = after > before;
  if ((older.length < WEEK_HOURS || !rises) && newer.length < LEAST_AFTER_DOUBT) return undefined;
  const strays = (sorted: SlotValues, above: boolean): number =>
    sorted.reduce((count, value) => count + (value > middle === above ? 1 : 0), 0) / sorted.length;
  if (strays(older, rises) > MOST_MIXED || strays(newer, !rises) > MOST_MIXED) return undefined;
  const ratio = spreadOf(newer) / spreadOf(recent);
  const spread = Number.isFinite(ratio) ? Math.min(MOST_SPREAD, Math.max(1 / MOST_SPREAD, ratio)) : 1;
  return { at, before, after, spread };
}

/** Older hours as they would have been at the new level; none is negative. */
export function atNewLevel(values: SlotValues, { at, before, after, spread }: LevelShift): SlotValues {
  return values.map((value, index) => (index >= at ? value : Math.max(0, after + (value - before) * spread)));
}

/** Where two means fit best; undefined where they fit little better than one, or no better than a line: that is growth. */
function bestSplit(values: SlotValues): number | undefined {
  const from = HISTORY_HOURS - SEARCHED;
  let count = 0;
  let sum = 0;
  let squares = 0;
  let hours = 0;
  let hourSquares = 0;
  let products = 0;
  for (let at = from; at < HISTORY_HOURS; at++) {
    const value = values[at]!;
    if (Number.isNaN(value)) continue;
    const hour = at - from;
    count++;
    sum += value;
    squares += value * value;
    hours += hour;
    hourSquares += hour * hour;
    products += hour * value;
  }
  const whole = squares - (sum * sum) / count;
  const together = products - (hours * sum) / count;
  const byLine = (together * together) / (hourSquares - (hours * hours) / count);
  let best: number | undefined;
  let most = Math.max(EXPLAINED * whole, byLine);
  let countLeft = 0;
  let sumLeft = 0;
  for (let at = from; at <= HISTORY_HOURS - LEAST_AFTER; at++) {
    if (at >= from + LEAST_AFTER && countLeft > 0 && countLeft < count) {
      const sumRight = sum - sumLeft;
      const explained = (sumLeft * sumLeft) / countLeft + (sumRight * sumRight) / (count - countLeft) - (sum * sum) / count;
      if (explained > most) {
        most = explained;
        best = at;
      }
    }
    const value = values[at]!;
    if (Number.isNaN(value)) continue;
    countLeft++;
    sumLeft += value;
  }
  return best;
}

function spreadOf(sorted: SlotValues): number {
  return sortedQuantile(sorted, 0.9) - sortedQuantile(sorted, 0.1);
}
