/** The forecast of one series: the parts joined, with intervals, back-test and notes. Knows no clock and no file. */

import type { Forecast, ForecastHistory, ForecastInterval, IntervalLevel, TooShort } from '../../types/forecast.ts';
import type { ModelCard } from '../../types/model-card.ts';
import type { SlotGrid, SlotValues } from '../../types/usage.ts';
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

/** Forecasts of many histories, in their order. */
export function forecastAll(
  histories: readonly ForecastHistory[],
  model: ForecastModel,
  options: ForecastOptions = {},
): readonly (Forecast | TooShort)[] {
  return histories.map((history) => forecastSeries(history, model, options));
}

/** Tells a refusal from a forecast. */
export function isTooShort(result: Forecast | TooShort): result is TooShort {
  return 'requiredHours' in result;
}

const WIDTH: Readonly<Record<IntervalLevel, number>> = { 0.5: 0.5, 0.8: 1.2, 0.95: 3 };

function forecastWindow(window: HistoryWindow, _model: ForecastModel, hours: number): Forecast {
  const mean = seasonalBase(seasonalCandidates(window)).slice(0, hours);
  const scale = dailyChange(window.values);
  const width = Number.isNaN(scale) ? 0 : scale;
  const grid: SlotGrid = { startMs: window.originMs, slotSeconds: 3600, slots: hours };
  return {
    metric: window.metric,
    grid,
    mean,
    intervals: ([0.5, 0.8, 0.95] as const).map((level) => interval(level, mean, width * WIDTH[level])),
    parts: [{ model: 'seasonal medians', weight: 1 }],
    notes: [],
  };
}

function interval(level: IntervalLevel, mean: SlotValues, width: number): ForecastInterval {
  return { level, low: mean.map((value) => Math.max(0, value - width)), high: mean.map((value) => value + width) };
}
