/**
 * How much to ask for in the coming week: the quantile of its peak that is exceeded in the share of weeks the user accepts.
 * Memory is judged by the week's highest hour, CPU, which waits, by the 99th percentile of its hourly peaks.
 */

import { SIZING_RISKS, type SizingRisk, WEEKS_AT_RISK } from '../../types/sizing.ts';
import { FEATURES, featureRow, highestOf } from './features.ts';
import { climb, ladderOf, type PeakTrees } from './forest.ts';
import {
  DAY_HOURS,
  REQUIRED_HOURS,
  type SizingBasis,
  type SizingHistory,
  type SizingMetric,
  type SizingWindow,
  sizingWindow,
} from './window.ts';

/**
 * Nats of safety to climb for each risk, so that among the machines of the calibration the share of exceeded weeks is the risk
 * (conformal risk control, Angelopoulos et al. 2024).
 */
export interface RiskCalibration {
  /** Ascending. */
  readonly risks: readonly number[];
  readonly nats: readonly number[];
}

/** A series whose daily peaks hardly differ needs less safety than the trees, which know few of them, give it: each has its own calibration. */
export type Calibrations = Readonly<Record<SizingBasis, Readonly<Record<'steady' | 'moving', RiskCalibration>>>>;

export interface MetricSizing {
  readonly trees: PeakTrees;
  readonly calibration: Calibrations;
  /** Highest use of a usual series: cores, bytes. */
  readonly usual: number;
}

export interface SizingModel {
  readonly version: string;
  readonly metrics: Readonly<Record<SizingMetric, MetricSizing>>;
}

export interface PeakAtRisk {
  /** Share of weeks, 0–1. */
  readonly risk: number;
  /** Cores, bytes. */
  readonly value: number;
}

export interface PeakRecommendation extends PeakAtRisk {
  readonly metric: SizingMetric;
  /** 1 − risk, the quantile of the week's peak. */
  readonly quantile: number;
  /** What the history told: peaks within the hours, or their means alone, which asks for more safety. */
  readonly basis: SizingBasis;
  /** Highest value of the history. */
  readonly highest: number;
  /** Hours with a value, of the last 30 days. */
  readonly hours: number;
  /** What would be asked for at low, medium and high risk. */
  readonly curve: readonly PeakAtRisk[];
}

/** A history that is too short to size by. */
export interface TooShortToSize {
  readonly metric: SizingMetric;
  readonly hours: number;
  readonly requiredHours: number;
}

export function isTooShortToSize(answer: PeakRecommendation | TooShortToSize): answer is TooShortToSize {
  return 'requiredHours' in answer;
}

/** Without floors: what never ran above zero is asked for with zero. */
export function recommendPeak(
  history: SizingHistory,
  risk: SizingRisk | number,
  model: SizingModel,
): PeakRecommendation | TooShortToSize {
  const { metric } = history;
  const window = sizingWindow(history);
  const { basis, measured: hours } = window;
  if (hours < REQUIRED_HOURS) return { metric, hours, requiredHours: REQUIRED_HOURS };
  const highest = highestOf(window.peak);
  const at = peakAtRisk(window, highest, model.metrics[metric]);
  const asked = typeof risk === 'number' ? risk : WEEKS_AT_RISK[risk];
  return {
    metric,
    ...at(asked),
    quantile: 1 - asked,
    basis,
    highest,
    hours,
    curve: SIZING_RISKS.map((name) => at(WEEKS_AT_RISK[name])),
  };
}

function peakAtRisk(window: SizingWindow, highest: number, sizing: MetricSizing): (risk: number) => PeakAtRisk {
  if (highest === 0) return (risk) => ({ risk, value: 0 });
  const features = featureRow(window, highest);
  const ladder = ladderOf(sizing.trees, features);
  const calibration = sizing.calibration[window.basis][steadiness(features)];
  return (risk) => ({ risk, value: sizeAt(ladder, natsAt(calibration, risk), highest, sizing.usual) });
}

const DAILY_SPREAD = FEATURES.indexOf('spread of daily highest');
/** Standard deviation of the logarithms of the daily peaks. */
const STEADY_SPREAD = 0.06;

export function steadiness(features: Float32Array): 'steady' | 'moving' {
  return features[DAILY_SPREAD]! < STEADY_SPREAD ? 'steady' : 'moving';
}

/** Room above a quantile, so that a use that stays at its highest does not exceed it by a rounding. */
const ROOM = 1.002;
/**
 * Exceeded weeks are allowed where they free most: a series of twice the usual size climbs this share of ln 2 less, one of half
 * the size so much more; never so far that its risk is more than twice, or less than half, that of a usual one.
 */
const SIZE_TILT = 0.25;
const MOST_TILT = Math.LN2;

/** Size at nats of safety, tilted by how large the series is. */
export function sizeAt(ladder: Float64Array, nats: number, highest: number, usual: number): number {
  const tilt = Math.max(-MOST_TILT, Math.min(MOST_TILT, SIZE_TILT * Math.log(usual / highest)));
  return highest * Math.exp(climb(ladder, nats + tilt)) * ROOM;
}

/** Linear in the logarithm of the risk; the same beyond the ends of what was calibrated. */
function natsAt({ risks, nats }: RiskCalibration, risk: number): number {
  const upper = risks.findIndex((each) => each >= risk);
  if (upper === 0) return nats[0]!;
  if (upper < 0) return nats.at(-1)!;
  const share = Math.log(risk / risks[upper - 1]!) / Math.log(risks[upper]! / risks[upper - 1]!);
  return nats[upper - 1]! + share * (nats[upper]! - nats[upper - 1]!);
}

/** `30d of hourly peaks`. */
export function basisText({ hours, basis }: Pick<PeakRecommendation, 'hours' | 'basis'>): string {
  const days = Math.round(hours / DAY_HOURS);
  return `${days}d of hourly ${basis === 'peaks' ? 'peaks' : 'means, whose peaks are not known'}`;
}
