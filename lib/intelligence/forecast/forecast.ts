/** The forecast of one series: the parts joined, with intervals, back-test and notes. Knows no clock and no file. */

import type { Forecast, ForecastHistory, ForecastInterval, ForecastPart, IntervalLevel, TooShort } from '../../types/forecast.ts';
import type { ModelCard } from '../../types/model-card.ts';
import type { SlotGrid } from '../../types/usage.ts';
import { sortedMeasured } from '../evidence/measured.ts';
import { type JoinedModel, joinedOf } from './joined.ts';
import { type Calibration, intervalOf } from './learned.ts';
import { type Prepared, prepared } from './prepare.ts';
import { seasonalBase, seasonalCandidates } from './seasonal.ts';
import { type HistoryWindow, HORIZON_HOURS, historyWindow, REQUIRED_HOURS } from './window.ts';

export interface ForecastOptions {
  /** 1–168 hours; 168 unless told otherwise. */
  readonly horizonHours?: number;
}

/** What was learned from other machines. Loaded by `loadForecastModel`. */
export interface ForecastModel {
  /** Name and date of the weights. */
  readonly version: string;
  readonly learned: JoinedModel;
  readonly calibration: Calibration;
  /** Where they come from and how well they do; absent where nothing was learned. */
  readonly card?: ModelCard;
}

/** Forecast of one history, or how much of it is missing. The same input gives the same output, bit for bit. */
export function forecastSeries(
  history: ForecastHistory,
  model: ForecastModel,
  options: ForecastOptions = {},
): Forecast | TooShort {
  const window = historyWindow(history);
  const { metric, measured } = window;
  if (measured < REQUIRED_HOURS) return { metric, hours: measured, requiredHours: REQUIRED_HOURS };
  return forecastWindow(window, model, options.horizonHours ?? HORIZON_HOURS);
}

/** Tells a refusal from a forecast. */
export function isTooShort(result: Forecast | TooShort): result is TooShort {
  return 'requiredHours' in result;
}

const LEVELS: readonly IntervalLevel[] = [0.5, 0.8, 0.95];

function forecastWindow(window: HistoryWindow, { learned, calibration }: ForecastModel, hours: number): Forecast {
  const grid: SlotGrid = { startMs: window.originMs, slotSeconds: 3600, slots: hours };
  const { metric } = window;
  const ready = prepared(window);
  const joined = joinedOf(ready, learned);
  if (joined === undefined) return unchanging(ready, grid);
  const { spread, lstmWeight } = joined;
  const intervals = LEVELS.map((level): ForecastInterval => {
    const { low, high } = intervalOf(spread, level, calibration[metric]);
    return { level, low: low.slice(0, hours), high: high.slice(0, hours) };
  });
  return { metric, grid, mean: spread.centre.slice(0, hours), intervals, parts: partsOf(lstmWeight), notes: ready.notes };
}

/** Weights in the order of their size. */
function partsOf(lstmWeight: number): readonly ForecastPart[] {
  const parts = [
    { model: 'boosted trees', weight: 1 - lstmWeight },
    { model: 'LSTM', weight: lstmWeight },
  ];
  return parts.filter(({ weight }) => weight > 0).toSorted((a, b) => b.weight - a.weight);
}

/** A history whose days are all alike gives no unit of errors: its hours are repeated, and its own extremes are the interval. */
function unchanging({ window, notes }: Prepared, grid: SlotGrid): Forecast {
  const mean = seasonalBase(seasonalCandidates(window)).slice(0, grid.slots);
  const sorted = sortedMeasured(window.values);
  const lowest = sorted[0]!;
  const highest = sorted[sorted.length - 1]!;
  const intervals = LEVELS.map((level): ForecastInterval => {
    const part = level === 0.95 ? 1 : 0;
    return {
      level,
      low: mean.map((value) => value - part * (value - lowest)),
      high: mean.map((value) => value + part * (highest - value)),
    };
  });
  return {
    metric: window.metric,
    grid,
    mean,
    intervals,
    parts: [{ model: 'seasonal medians', weight: 1 }],
    notes: [...notes, 'every day of the history is like the one before'],
  };
}
