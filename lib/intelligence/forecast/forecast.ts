/** The forecast of one series: the parts joined, with intervals, back-test and notes. Knows no clock and no file. */

import type { Forecast, ForecastHistory, ForecastInterval, IntervalLevel, TooShort } from '../../types/forecast.ts';
import type { ModelCard } from '../../types/model-card.ts';
import type { SlotGrid } from '../../types/usage.ts';
import { sortedMeasured } from '../evidence/measured.ts';
import { intervalOf, type LearnedModel, spreadOf } from './learned.ts';
import { dailyChange, seasonalBase, seasonalCandidates } from './seasonal.ts';
import { type HistoryWindow, HORIZON_HOURS, historyWindow, REQUIRED_HOURS } from './window.ts';

export interface ForecastOptions {
  /** 1–168 hours; 168 unless told otherwise. */
  readonly horizonHours?: number;
}

/** What was learned from other machines. Loaded by `loadForecastModel`. */
export interface ForecastModel {
  /** Name and date of the weights. */
  readonly version: string;
  readonly learned: LearnedModel;
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

function forecastWindow(window: HistoryWindow, { learned }: ForecastModel, hours: number): Forecast {
  const scale = dailyChange(window.values);
  const grid: SlotGrid = { startMs: window.originMs, slotSeconds: 3600, slots: hours };
  const { metric } = window;
  if (!(scale > 0)) return unchanging(window, grid);
  const spread = spreadOf(window, scale, learned);
  const intervals = LEVELS.map((level): ForecastInterval => {
    const { low, high } = intervalOf(spread, level, learned.calibration[metric]);
    return { level, low: low.slice(0, hours), high: high.slice(0, hours) };
  });
  return {
    metric,
    grid,
    mean: spread.centre.slice(0, hours),
    intervals,
    parts: [{ model: 'seasonal medians, corrected by boosted trees', weight: 1 }],
    notes: [],
  };
}

/** A history whose days are all alike gives no unit of errors: its hours are repeated, and its own extremes are the interval. */
function unchanging(window: HistoryWindow, grid: SlotGrid): Forecast {
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
    notes: ['every day of the history is like the one before'],
  };
}
