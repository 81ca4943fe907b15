/** Forecasts: hourly figures for the coming week with intervals, and what says how far to trust them. */

import type { Provenance } from './result.ts';
import type { SlotGrid, SlotValues } from './usage.ts';
import type { ObjectReference } from './workload.ts';

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

/** A point figure with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** A forecast over some of its first hours. */
export interface ForecastSummary {
  readonly hours: number;
  readonly mean: Estimate;
  /** Highest hourly mean. */
  readonly peak: Estimate;
  /** Start of the hour of the highest hourly mean. */
  readonly peakAtMs: number;
}

/** Change of the daily figures per day, with what it is told from. */
export interface Trend {
  readonly perDay: Estimate;
  /** Whole days that it rests on. */
  readonly days: number;
  /** True where zero lies outside of the interval. */
  readonly significant: boolean;
}

/** When use would reach what was asked for or is allowed. */
export interface Exhaustion {
  readonly of: 'request' | 'limit' | 'volume';
  /** Name of the volume's claim. */
  readonly claim?: string;
  /** Summed over the pods, in the metric's unit; of a volume its capacity in bytes. */
  readonly amount: number;
  /** `reached`: the newest day's peak is at it already; `expected`: within sight; `not-in-sight`: neither forecast nor trend reaches it. */
  readonly state: 'reached' | 'expected' | 'not-in-sight';
  /** Days from now; absent unless expected. */
  readonly days?: number;
  /** The 95 % interval of `days`; an absent end is beyond what can be seen. */
  readonly earliestDays?: number;
  readonly latestDays?: number;
  /** What the figure rests on: the forecast of the coming week, or the trend of the daily peaks beyond it. */
  readonly from?: 'forecast' | 'trend';
}

/** Consecutive hours of the last day that lie where the forecast made before them did not expect them. */
export interface AnomalousRun {
  readonly fromMs: number;
  readonly toMs: number;
  readonly direction: 'above' | 'below';
  /** Value of the least expected hour, with what was forecast for it. */
  readonly value: number;
  readonly expected: Estimate;
  /** Two-sided probability of a value as far out, of the least expected hour. */
  readonly probability: number;
}

/** The last day against the forecast that was made before it. */
export interface AnomalyCheck {
  readonly fromMs: number;
  readonly toMs: number;
  /** Hours with a value. */
  readonly hours: number;
  /** Hours outside of their 95 % interval; one in twenty is by construction. */
  readonly outside: number;
  /** Probability of such a day as a whole (Simes 1986); what is called anomalous is chosen by it among all series that were asked about. */
  readonly probability: number;
  readonly runs: readonly AnomalousRun[];
}

export type ScalingAction = 'keep' | 'shrink' | 'grow' | 'schedule';

/** What the forecast says about how a workload is sized. */
export interface RecommendedScaling {
  readonly action: ScalingAction;
  /** One sentence with the figures it rests on. */
  readonly reason: string;
  readonly replicas: number;
  /** The week's expected peak, and the upper end of its 95 % interval, ÷ request; absent where no request is set or nothing is forecast. */
  readonly cpuExpectedOfRequest?: number;
  readonly cpuOfRequest?: number;
  readonly memoryExpectedOfRequest?: number;
  readonly memoryOfRequest?: number;
  /** Share of the variance of CPU use that the hour of the week explains, 0–1. */
  readonly rhythm?: number;
  /** Hours of the coming week in which little is expected, and next to nothing was used in any of the weeks before. */
  readonly quietHours?: number;
}

/** Everything that is said about one workload's use of one resource. */
export interface ForecastFinding {
  readonly workload: ObjectReference;
  readonly metric: ForecastMetric;
  readonly pods: number;
  /** Where the hours come from, the main one first; empty where there are none. */
  readonly sources: readonly string[];
  readonly history: ForecastHistory;
  /** Hours with a value, within the last 30 days. */
  readonly measuredHours: number;
  /** Newest hourly mean. */
  readonly now?: number;
  /** Sums over the pods; absent where a container has none. */
  readonly request?: number;
  readonly limit?: number;
  /** Absent where the history is too short: then `refusal` says how much of it there is. */
  readonly forecast?: Forecast;
  readonly refusal?: TooShort;
  /** The first 24 hours, and the first 168; absent where nothing is forecast or the horizon is shorter. */
  readonly day?: ForecastSummary;
  readonly week?: ForecastSummary;
  /** All of a horizon that is neither a day nor a week. */
  readonly horizon?: ForecastSummary;
  readonly trend?: Trend;
  readonly exhaustion: readonly Exhaustion[];
  /** The workload's persistent volumes, the same for all of its resources; those of which nothing is known are absent. */
  readonly volumes: readonly Exhaustion[];
  readonly anomalies?: AnomalyCheck;
  /** The workload's, the same for all of its resources. */
  readonly scaling: RecommendedScaling;
  /** What was noticed in the hours before anything was forecast: `3 h negative: left out`. */
  readonly notes: readonly string[];
}

export interface ForecastResult extends Provenance {
  readonly horizonHours: number;
  /** Name and date of the weights. */
  readonly model: string;
  readonly findings: readonly ForecastFinding[];
}

/** What one's own history has taught about one metric: changes to what the shipped weights forecast. */
export interface MetricTuning {
  /** Weight of the same hour of the week before in the point forecast, 0–1; the rest is the shipped forecast's. */
  readonly lastWeek: number;
  /** Width of each interval ÷ its shipped width, on both sides. */
  readonly widths: readonly { readonly level: IntervalLevel; readonly factor: number }[];
}

/** Errors over windows that nothing was learned from. */
export interface HeldApart {
  readonly series: number;
  /** Mean over the series; see Backtest. */
  readonly mase: number;
  /** Mean scaled interval score of the 95 % interval (Gneiting & Raftery 2007, scaled as MASE is): width plus 40 × what lies outside. Lower is better. */
  readonly msis: number;
  readonly coverage95: number;
}

/** Changes to the shipped weights, learned from one cluster's history and stored beside it. */
export interface ForecastTuning {
  /** Version of the weights that it changes. */
  readonly base: string;
  readonly madeAtMs: number;
  readonly metrics: Readonly<Partial<Record<ForecastMetric, MetricTuning>>>;
  readonly heldApart: readonly { readonly metric: ForecastMetric; readonly shipped: HeldApart; readonly own: HeldApart }[];
}

export interface MetricTraining {
  readonly metric: ForecastMetric;
  /** That were learned from. */
  readonly windows: number;
  readonly tuning: MetricTuning;
  readonly shipped: HeldApart;
  readonly own: HeldApart;
  /** `no better`: dropped; `not kept`: better, but of the simulated cluster or without a history to lie beside. */
  readonly outcome: 'kept' | 'no better' | 'not kept';
}

export interface TrainResult extends Provenance {
  /** Version of the weights that are compared with. */
  readonly model: string;
  readonly metrics: readonly MetricTraining[];
  /** Where it was written; absent where nothing was. */
  readonly file?: string;
}

/** What one's own history has taught about the forecast of a cluster, as it lies beside its history. */
export interface OwnModelFile {
  readonly file: string;
  readonly bytes: number;
  /** Folder of the cluster's history, named after its id. */
  readonly cluster: string;
  /** Absent where the file holds none. */
  readonly tuning?: ForecastTuning;
}
