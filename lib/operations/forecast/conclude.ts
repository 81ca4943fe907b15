/** What follows from the hours that were seen: a forecast of each series, the last day against what was expected, and what to do. */

import { aDayAgo, CHECKED_HOURS, checkDay, chooseAnomalies } from '../../intelligence/anomalies/check.ts';
import { type ForecastModel, forecastSeries, isTooShort } from '../../intelligence/forecast/forecast.ts';
import { type JoinedHours, joinHours } from '../../intelligence/hours/join.ts';
import { summaryOf } from '../../intelligence/hours/summary.ts';
import { dailyFigures, mean, trendOf } from '../../intelligence/hours/trend.ts';
import { exhaustionOf, volumeExhaustion } from '../../intelligence/scaling/exhaustion.ts';
import { burstOf, type ResourceNeed, recommendScaling } from '../../intelligence/scaling/recommend.ts';
import { boundsOf } from '../../intelligence/scaling/requests.ts';
import { quietHoursOf, rhythmOf } from '../../intelligence/scaling/rhythm.ts';
import { adjusted } from '../../intelligence/tuning/adjust.ts';
import { backtestOf } from '../../intelligence/tuning/backtest.ts';
import { UpidError } from '../../types/errors.ts';
import type {
  AnomalyCheck,
  Forecast,
  ForecastFinding,
  ForecastHistory,
  ForecastMetric,
  ForecastResult,
  ForecastTuning,
  RecommendedScaling,
  TooShort,
} from '../../types/forecast.ts';
import { workloadKey } from '../../types/usage.ts';
import { type Workload, workloadOrder } from '../../types/workload.ts';
import type { HoursSeen } from './hours.ts';

const DAY_HOURS = 24;
const WEEK_HOURS = 168;

const METRICS: readonly ForecastMetric[] = ['cpu', 'memory', 'network'];

/** What is asked of them. */
export interface ForecastQuestion {
  /** 1–168. */
  readonly horizonHours: number;
  /** Which resources are reported; how a workload should be scaled rests on CPU and memory whatever is asked for. */
  readonly metrics: readonly ForecastMetric[];
  readonly signal: AbortSignal;
}

/** Everything that follows from the hours that were seen. */
export function conclude(
  seen: HoursSeen,
  model: ForecastModel,
  request: ForecastQuestion,
  tuning?: ForecastTuning,
): ForecastResult {
  const forecast = forecastWith(model, tuning);
  const workloads = seen.workloads.toSorted((a, b) => workloadOrder(a.ref, b.ref));
  const series = workloads.flatMap((workload) => workloadSeries(workload, seen, forecast, request));
  const asked = series.filter(({ metric }) => request.metrics.includes(metric));
  const anomalies = chooseAnomalies(asked.map((each) => checkedDay(each, forecast)));
  const scalings = new Map(
    [...Map.groupBy(series, ({ workload }) => workload)].map(([workload, own]) => [
      workload,
      recommendScaling(workload, own.map(needOf)),
    ]),
  );
  return {
    ...seen.provenance,
    horizonHours: request.horizonHours,
    model: tuning ? `${model.version}, fine-tuned ${dayOf(tuning.madeAtMs)}` : model.version,
    findings: asked.map((each, at) => ({
      ...findingOf(each, scalings.get(each.workload)!, request.horizonHours, anomalies[at]),
      volumes: (seen.volumes.get(workloadKey(each.workload.ref)) ?? []).map(volumeExhaustion),
    })),
  };
}

type Forecaster = (history: ForecastHistory, horizonHours?: number) => Forecast | TooShort;

function forecastWith(model: ForecastModel, tuning: ForecastTuning | undefined): Forecaster {
  return (history, horizonHours = WEEK_HOURS) => {
    const forecast = forecastSeries(history, model, { horizonHours });
    return isTooShort(forecast) ? forecast : adjusted(forecast, history, tuning?.metrics[history.metric]);
  };
}

/** `2026-11-25`, UTC. */
function dayOf(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

interface Series {
  readonly workload: Workload;
  readonly metric: ForecastMetric;
  readonly joined: JoinedHours;
  /** Always of a whole week: how a workload should be scaled does not depend on the horizon that was asked for. */
  readonly outcome: Forecast | TooShort;
}

function workloadSeries(
  workload: Workload,
  seen: HoursSeen,
  forecast: Forecaster,
  { signal }: ForecastQuestion,
): readonly Series[] {
  if (signal.aborted) throw new UpidError('cancelled', 'cancelled');
  const hours = seen.hours.get(workloadKey(workload.ref)) ?? [];
  return METRICS.map((metric) => {
    const joined = joinHours(metric, hours, seen.grid);
    return { workload, metric, joined, outcome: withBacktest(forecast(joined.history), joined.history, forecast) };
  });
}

function withBacktest(outcome: Forecast | TooShort, history: ForecastHistory, forecast: Forecaster): Forecast | TooShort {
  if (isTooShort(outcome)) return outcome;
  const backtest = backtestOf(history, (before, hours) => {
    const earlier = forecast(before, hours);
    return isTooShort(earlier) ? undefined : earlier;
  });
  return backtest ? { ...outcome, backtest } : outcome;
}

function checkedDay({ joined, outcome }: Series, forecastOf: Forecaster): ReturnType<typeof checkDay> {
  const before = isTooShort(outcome) ? undefined : aDayAgo(joined.history);
  const forecast = before && forecastOf(before, CHECKED_HOURS);
  return forecast === undefined || isTooShort(forecast) ? undefined : checkDay(joined.history, forecast);
}

function findingOf(
  { workload, metric, joined, outcome }: Series,
  scaling: RecommendedScaling,
  horizonHours: number,
  anomalies: AnomalyCheck | undefined,
): Omit<ForecastFinding, 'volumes'> {
  const { request, limit } = boundsOf(workload, metric);
  const { history, sources, measuredHours, now, notes } = joined;
  const base = {
    workload: workload.ref,
    metric,
    pods: workload.pods.length,
    sources,
    history,
    measuredHours,
    ...(now !== undefined && { now }),
    ...(request !== undefined && { request }),
    ...(limit !== undefined && { limit }),
    scaling,
    notes,
  };
  if (isTooShort(outcome)) return { ...base, refusal: outcome, exhaustion: [] };
  const asked = firstHours(outcome, horizonHours);
  const day = summaryOf(asked, DAY_HOURS);
  const week = summaryOf(asked, WEEK_HOURS);
  const horizon = [DAY_HOURS, WEEK_HOURS].includes(horizonHours) ? undefined : summaryOf(asked, horizonHours);
  const trend = trendOf(dailyFigures(history.mean, mean));
  const bounds = [
    ['request', request],
    ['limit', limit],
  ] as const;
  return {
    ...base,
    forecast: asked,
    ...(day && { day }),
    ...(week && { week }),
    ...(horizon && { horizon }),
    ...(trend && { trend }),
    exhaustion: bounds.flatMap(([of, amount]) => (amount ? [exhaustionOf(of, amount, history.mean, outcome)] : [])),
    ...(anomalies && { anomalies }),
  };
}

function needOf({ workload, metric, joined, outcome }: Series): ResourceNeed {
  const { request } = boundsOf(workload, metric);
  const bound = request === undefined ? {} : { request };
  const week = isTooShort(outcome) ? undefined : summaryOf(outcome, WEEK_HOURS);
  if (!week || isTooShort(outcome)) return { metric, ...bound };
  const rhythm = rhythmOf(joined.history.mean);
  const burst = burstOf(joined.history);
  return {
    metric,
    ...bound,
    expected: week.peak.value * burst,
    need: week.peak.high * burst,
    ...(rhythm !== undefined && { rhythm }),
    quietHours: quietHoursOf(outcome.mean, joined.history.mean),
  };
}

function firstHours(forecast: Forecast, hours: number): Forecast {
  if (hours >= forecast.grid.slots) return forecast;
  return {
    ...forecast,
    grid: { ...forecast.grid, slots: hours },
    mean: forecast.mean.subarray(0, hours),
    intervals: forecast.intervals.map(({ level, low, high }) => ({
      level,
      low: low.subarray(0, hours),
      high: high.subarray(0, hours),
    })),
  };
}
