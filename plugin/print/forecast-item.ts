/** A forecast as an item of the list: every hourly value with its intervals, and what follows from it. */

import type {
  AnomalyCheck,
  Estimate,
  Exhaustion,
  Forecast,
  ForecastFinding,
  ForecastMetric,
  ForecastSummary,
  Trend,
} from '../../lib/types/forecast.ts';
import type { Provenance } from '../../lib/types/result.ts';
import type { SlotValues } from '../../lib/types/usage.ts';
import { instant, type JsonObject, referenceFields, withoutAbsent } from './item.ts';

export const UNITS: Readonly<Record<ForecastMetric, string>> = { cpu: 'cores', memory: 'bytes', network: 'bytes/s' };

/** Digits of hourly values: far below what any forecast knows, and a third of the letters. */
const DIGITS = 6;

const DAYS_A_WEEK = 7;

export function forecastItem(finding: ForecastFinding, { cluster }: Pick<Provenance, 'cluster'>): JsonObject {
  const { workload, metric, forecast, refusal } = finding;
  return withoutAbsent({
    ...referenceFields(workload),
    resource: metric,
    unit: UNITS[metric],
    state: forecast ? 'forecast' : 'not-enough-history',
    historyHours: finding.measuredHours,
    requiredHours: refusal?.requiredHours,
    historySources: finding.sources,
    pods: finding.pods,
    now: rounded(finding.now),
    requested: finding.request,
    limit: finding.limit,
    nextDay: finding.day && summaryFields(finding.day),
    nextWeek: finding.week && summaryFields(finding.week),
    horizon: finding.horizon && summaryFields(finding.horizon),
    trend: finding.trend && trendFields(finding.trend),
    model: forecast?.parts,
    backtest: forecast?.backtest,
    forecast: forecast && hourFields(forecast),
    exhaustion: finding.exhaustion.map(exhaustionFields),
    volumes: finding.volumes.map(exhaustionFields),
    anomalies: finding.anomalies && anomalyFields(finding.anomalies),
    recommendedScaling: finding.scaling,
    notes: [...finding.notes, ...(forecast?.notes ?? [])],
    simulated: cluster.simulated,
  }) as JsonObject;
}

/** One line of CSV for each workload, resource and hour. */
export function forecastHourItem(finding: ForecastFinding, forecast: Forecast, hour: number, simulated: boolean): JsonObject {
  const { workload, metric } = finding;
  const ends = forecast.intervals.flatMap(({ level, low, high }) => [
    [`low${level * 100}`, rounded(low[hour])] as const,
    [`high${level * 100}`, rounded(high[hour])] as const,
  ]);
  return withoutAbsent({
    namespace: workload.namespace,
    kind: workload.kind,
    name: workload.name,
    resource: metric,
    unit: UNITS[metric],
    hour: instant(forecast.grid.startMs + hour * forecast.grid.slotSeconds * 1000),
    mean: rounded(forecast.mean[hour]),
    ...Object.fromEntries(ends),
    simulated,
  }) as JsonObject;
}

export const FORECAST_CSV_COLUMNS: readonly string[] = [
  'namespace',
  'kind',
  'name',
  'resource',
  'unit',
  'hour',
  'mean',
  'low50',
  'high50',
  'low80',
  'high80',
  'low95',
  'high95',
  'simulated',
];

function hourFields({ grid, mean, intervals }: Forecast): object {
  return {
    start: instant(grid.startMs),
    slotSeconds: grid.slotSeconds,
    mean: list(mean),
    intervals: intervals.map(({ level, low, high }) => ({ level, low: list(low), high: list(high) })),
  };
}

function summaryFields({ hours, mean, peak, peakAtMs }: ForecastSummary): object {
  return { hours, mean: estimateFields(mean), peak: estimateFields(peak), peakAt: instant(peakAtMs) };
}

export function estimateFields({ value, low, high }: Estimate): object {
  return { value: rounded(value), low95: rounded(low), high95: rounded(high) };
}

function trendFields({ perDay, days, significant }: Trend): object {
  const { value, low, high } = perDay;
  const perWeek = estimateFields({ value: value * DAYS_A_WEEK, low: low * DAYS_A_WEEK, high: high * DAYS_A_WEEK });
  return { perWeek, days, significant };
}

function exhaustionFields({ amount, days, earliestDays, latestDays, ...rest }: Exhaustion): object {
  return { ...rest, amount, days: rounded(days), earliestDays: rounded(earliestDays), latestDays: rounded(latestDays) };
}

function anomalyFields({ fromMs, toMs, hours, outside, probability, runs }: AnomalyCheck): object {
  return {
    from: instant(fromMs),
    to: instant(toMs),
    hours,
    outside95: outside,
    probability: rounded(probability),
    runs: runs.map((run) => ({
      from: instant(run.fromMs),
      to: instant(run.toMs),
      direction: run.direction,
      value: rounded(run.value),
      expected: estimateFields(run.expected),
      probability: rounded(run.probability),
    })),
  };
}

function list(values: SlotValues): readonly (number | undefined)[] {
  return Array.from(values, rounded);
}

function rounded(value: number | undefined): number | undefined {
  return value === undefined ? undefined : Number(value.toPrecision(DIGITS));
}
