/** Forecasts: hourly figures for the coming week with intervals, and what says how far to trust them. */

import type { SlotGrid, SlotValues } from './usage.ts';

export type ForecastMetric = 'cpu' | 'memory' | 'network';

/** Probability that a value lies within an interval. */
export type IntervalLevel = 0.5 | 0.8 | 0.95;

/** History of one series: hourly means (cores, bytes or bytes per second), NaN where nothing was measured. */
export interface ForecastHistory {
  readonly metric: ForecastMetric;
  /** Slots of one hour at full hours (UTC); ends where the forecast begins. */
  readonly grid: SlotGrid;
  readonly mean: SlotValues;
  /** Highest value within each hour, where it is known. */
  readonly peak?: SlotValues;
}

export interface ForecastInterval {
  readonly level: IntervalLevel;
  readonly low: SlotValues;
  readonly high: SlotValues;
}

/** One part of the combination that the point forecast is made of. */
export interface ForecastPart {
  /** `hour of day`, `hour of week`, `level`, `LSTM`, … */
  readonly model: string;
  /** 0–1; all parts sum up to 1. */
  readonly weight: number;
}

/** Errors over windows of the series' own history that the forecast was not made from. */
export interface Backtest {
  readonly windows: number;
  /** Mean absolute error ÷ mean absolute 24-hour difference of the history before the window (MASE; Hyndman & Koehler 2006). */
  readonly mase: number;
  readonly seasonalNaiveMase: number;
  /** Share of values within the 95 % interval. */
  readonly coverage95: number;
}

export interface Forecast {
  readonly metric: ForecastMetric;
  /** Slots of one hour, the first begins where the history ends. */
  readonly grid: SlotGrid;
  readonly mean: SlotValues;
  readonly intervals: readonly ForecastInterval[];
  readonly parts: readonly ForecastPart[];
  /** Absent where the history is too short to hold a window apart. */
  readonly backtest?: Backtest;
  /** What was noticed in the history and how it was met: `level shift 3d ago: older values weigh less`. */
  readonly notes: readonly string[];
}

/** A history that is too short to forecast from. */
export interface TooShort {
  readonly metric: ForecastMetric;
  readonly hours: number;
  readonly requiredHours: number;
}
