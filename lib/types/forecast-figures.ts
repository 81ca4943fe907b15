/** Figures of forecasts as a person reads them: a resource in its unit, an estimate with its interval, a trend with its sign. */

import type { AnomalyCheck, Estimate, Exhaustion, Forecast, ForecastMetric, Trend } from './forecast.ts';
import { formatBytesPerSecond, formatCores, formatMebibytes } from './quantity.ts';

const FORMATS: Readonly<Record<ForecastMetric, (value: number) => string>> = {
  cpu: formatCores,
  memory: formatMebibytes,
  network: formatBytesPerSecond,
};

export function formatUse(metric: ForecastMetric, value: number): string {
  return FORMATS[metric](value);
}

/** `120m (80-190m)`: the 95 % interval in brackets; its unit stands once where both ends have it. */
export function formatEstimate(metric: ForecastMetric, { value, low, high }: Estimate): string {
  return `${formatUse(metric, value)} (${formatRange(formatUse(metric, low), formatUse(metric, high))})`;
}

/** `80-190m`; `80m` where both ends read alike. */
export function formatUseRange(metric: ForecastMetric, low: number, high: number): string {
  const [from, to] = [formatUse(metric, low), formatUse(metric, high)];
  return from === to ? to : formatRange(from, to);
}

function formatRange(low: string, high: string): string {
  const unit = /[^\d.]*$/.exec(high)![0];
  return `${low.endsWith(unit) && /\d$/.test(low.slice(0, -unit.length)) ? low.slice(0, -unit.length) : low}-${high}`;
}

/** `+12m/week`; `steady` where chance explains it. */
export function formatTrend(metric: ForecastMetric, { perDay, significant }: Trend): string {
  if (!significant) return 'steady';
  const perWeek = perDay.value * 7;
  return `${perWeek < 0 ? '-' : '+'}${formatUse(metric, Math.abs(perWeek))}/week`;
}

const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'] as const;

/** `Tue 14:00` in the given time zone. */
export function formatHour(atMs: number, timeZone: string): string {
  const { dayOfWeek, hour, minute } = Temporal.Instant.fromEpochMilliseconds(atMs).toZonedDateTimeISO(timeZone);
  return `${WEEKDAYS[dayOfWeek - 1]} ${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`;
}

/** `day`, `week`, `3d`, `60h`. */
export function formatHorizon(hours: number): string {
  if (hours === 24) return 'day';
  if (hours === 168) return 'week';
  return hours % 24 === 0 ? `${hours / 24}d` : `${hours}h`;
}

/** `0.7d`, `12d`. */
export function formatDays(days: number): string {
  return `${days < 10 ? days.toFixed(1) : Math.round(days)}d`;
}

/** `p=0.0004`; what is less likely than can be told from a forecast is `p<0.0001`. */
export function formatProbability(probability: number): string {
  return probability < 1e-4 ? 'p<0.0001' : `p=${probability.toFixed(4)}`;
}

/** `hour of day 40%, LSTM 60%`; parts without weight are left out. */
export function formatParts({ parts }: Forecast): string {
  return parts
    .filter(({ weight }) => weight > 0)
    .map(({ model, weight }) => `${model} ${Math.round(weight * 100)}%`)
    .join(', ');
}

/** `request reached`, `limit in 12d (9.5d-21d)`, `limit in 12d (from 9.5d)` where the later end cannot be seen. */
export function formatExhaustion({ of: kind, claim, state, days, earliestDays, latestDays }: Exhaustion): string {
  const of = claim === undefined ? kind : `${kind} ${claim}`;
  if (state === 'reached') return `${of} reached`;
  if (state === 'not-in-sight' || days === undefined) return `${of} not in sight`;
  const earliest = earliestDays === undefined ? '' : formatDays(earliestDays);
  const ends = latestDays === undefined ? `from ${earliest}` : `${earliest}-${formatDays(latestDays)}`;
  return `${of} in ${formatDays(days)} (${ends})`;
}

/** `2 runs, p<0.0001`; hours outside of the interval alone are none. */
export function formatAnomalies({ runs, probability }: AnomalyCheck): string {
  if (runs.length === 0) return 'none';
  return `${runs.length} ${runs.length === 1 ? 'run' : 'runs'}, ${formatProbability(probability)}`;
}

/** The bound that is reached first; undefined where none is in sight. */
export function soonestExhaustion(exhaustion: readonly Exhaustion[]): Exhaustion | undefined {
  return exhaustion
    .filter(({ state }) => state !== 'not-in-sight')
    .toSorted((a, b) => (daysUntil(a) ?? 0) - (daysUntil(b) ?? 0))[0];
}

/** 0 where it is reached; undefined where it is not in sight. */
export function daysUntil({ state, days }: Exhaustion): number | undefined {
  return state === 'reached' ? 0 : days;
}
