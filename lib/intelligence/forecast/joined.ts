/**
 * The forecast of a history that was made ready, before its intervals: trees correct the seasonal base, and the LSTM joins with the
 * weight that it has earned in the last week of this very series, which both forecast from what was before it. On most series it
 * earns none (see weights/MODEL_CARD.md).
 */

import type { SlotValues } from '../../types/usage.ts';
import { countMeasured } from '../evidence/measured.ts';
import { centreOf, type Spread, spreadOf, type TreeModel } from './learned.ts';
import type { Lstm } from './lstm.ts';
import type { Prepared } from './prepare.ts';
import { lstmWeek } from './residuals.ts';
import { seasonsOf } from './seasonal.ts';
import { HISTORY_HOURS, type HistoryWindow, REQUIRED_HOURS, WEEK_HOURS } from './window.ts';

export interface JoinedModel extends TreeModel {
  readonly lstm: Lstm;
  /** `as earned` is what is shipped; the others show what the LSTM does. */
  readonly lstmJoins: 'as earned' | 'never' | 'alone';
}

export interface Joined {
  readonly spread: Spread;
  /** 0–1. */
  readonly lstmWeight: number;
}

/** Undefined where every day is like the one before: then there is no unit of errors. */
export function joinedOf({ window, perHour }: Prepared, model: JoinedModel): Joined | undefined {
  const seasons = seasonsOf(window);
  if (!seasons) return undefined;
  const trees = spreadOf(seasons, model);
  const lstmWeight = weightOf(window, model);
  const week = lstmWeight === 0 ? trees.centre : mixed(trees.centre, lstmWeek(model.lstm, seasons), lstmWeight);
  const followed = (values: SlotValues): SlotValues => values.map((value, hour) => value + perHour * (hour + 1));
  const centre = followed(week).map((value) => Math.max(0, value));
  return {
    spread: {
      centre,
      low: followed(trees.low).map((value, hour) => Math.min(value, centre[hour]!)),
      high: followed(trees.high).map((value, hour) => Math.max(value, centre[hour]!)),
      scale: seasons.scale,
    },
    lstmWeight,
  };
}

/** Weights that it may get, with the share of the trees' error that must go by it: a week is little to judge from. */
const EARNED = [
  { weight: 0.5, gain: 0.1 },
  { weight: 0.25, gain: 0.05 },
] as const;

/** Hours of the last week that must be measured for it to judge. */
const JUDGED_HOURS = WEEK_HOURS / 2;

function weightOf(window: HistoryWindow, model: JoinedModel): number {
  if (model.lstmJoins !== 'as earned') return model.lstmJoins === 'alone' ? 1 : 0;
  const actual = window.values.subarray(HISTORY_HOURS - WEEK_HOURS);
  const before = weekEarlier(window);
  if (before.measured < REQUIRED_HOURS || countMeasured(actual) < JUDGED_HOURS) return 0;
  const seasons = seasonsOf(before);
  if (!seasons) return 0;
  const lstm = lstmWeek(model.lstm, seasons);
  // The trees are hardly ever worse than the base: where the LSTM is, they need not be asked.
  if (!(errorOf(lstm, actual) < errorOf(seasons.base, actual))) return 0;
  const trees = centreOf(seasons, model);
  const error = errorOf(trees, actual);
  return EARNED.find(({ weight, gain }) => errorOf(mixed(trees, lstm, weight), actual) < (1 - gain) * error)?.weight ?? 0;
}

/** What was known a week before. */
function weekEarlier({ metric, values, originMs }: HistoryWindow): HistoryWindow {
  const earlier = new Float64Array(HISTORY_HOURS).fill(Number.NaN);
  earlier.set(values.subarray(0, HISTORY_HOURS - WEEK_HOURS), WEEK_HOURS);
  return { metric, values: earlier, originMs: originMs - WEEK_HOURS * 3_600_000, measured: countMeasured(earlier) };
}

function mixed(a: SlotValues, b: SlotValues, weight: number): SlotValues {
  return a.map((value, hour) => (1 - weight) * value + weight * b[hour]!);
}

function errorOf(forecast: SlotValues, actual: SlotValues): number {
  let sum = 0;
  for (let hour = 0; hour < actual.length; hour++)
    if (!Number.isNaN(actual[hour]!)) sum += Math.abs(actual[hour]! - forecast[hour]!);
  return sum;
}
