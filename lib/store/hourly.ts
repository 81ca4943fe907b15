/** Hour by hour, in SQL: raw rows aggregated, and rows of the same hour that come from several roll-ups joined to one. */

import type { DaySources } from './coverage.ts';
import { HALF_PER_CENT, roundedSql } from './precision.ts';
import { partsSql } from './relation.ts';
import { columnsOf, HOURLY_OF, type HourlyTable, type RawTable } from './schema.ts';

export const HOUR_MS = 3_600_000;

/** `WHERE` of raw rows and of hourly rows, each without the word; `true` for all. */
export interface Conditions {
  readonly raw: string;
  readonly hourly: string;
}

/**
 * Hourly rows of a table over these days: roll-ups as they are; days without one aggregated from raw rows; days with rows that
 * came after their raw rows had been pruned, joined. Columns are those of the hourly table.
 */
export function hoursSql(table: RawTable, days: readonly DaySources[], where: Conditions): string {
  const hourly = HOURLY_OF[table];
  const rolled = days.filter(({ raw }) => raw.length === 0).flatMap(({ rollUps }) => rollUps);
  const unrolled = days.filter(({ rollUps }) => rollUps.length === 0).flatMap(({ raw }) => raw);
  const mixed = days.filter(({ raw, rollUps }) => raw.length > 0 && rollUps.length > 0);
  const columns = columnsOf(hourly)
    .map(([name]) => name)
    .join(', ');
  const stored = (days: readonly DaySources[]): string =>
    `SELECT ${columns} FROM ${partsSql(
      hourly,
      days.flatMap(({ rollUps }) => rollUps),
    )} WHERE ${where.hourly}`;
  const aggregated = (parts: DaySources['raw']): string => AGGREGATED[table](`FROM ${partsSql(table, parts)} WHERE ${where.raw}`);
  const branches = [
    ...(rolled.length > 0 || days.length === 0 ? [stored(days.filter(({ raw }) => raw.length === 0))] : []),
    ...(unrolled.length > 0 ? [aggregated(unrolled)] : []),
    ...(mixed.length > 0
      ? [JOINED[hourly](`(${stored(mixed)} UNION ALL BY NAME ${aggregated(mixed.flatMap(({ raw }) => raw))})`)]
      : []),
  ];
  return `SELECT ${columns} FROM (${branches.map((branch) => `(${branch})`).join(' UNION ALL BY NAME ')})`;
}

const HOUR = `make_timestamp_ms(epoch_ms(observed_at) // ${HOUR_MS} * ${HOUR_MS})`;

/** A mean or a percentile, as it is kept. */
const figure = (value: string): string => `(${roundedSql(value, HALF_PER_CENT)})::FLOAT`;

/** Samples a group stands for, in seconds of the hour: as many as they are, times their usual distance; of one sample, its own window. */
const covered = (value: string): string => `CASE WHEN count(${value}) = 0 THEN NULL
  WHEN count(*) = 1 THEN any_value(window_seconds)
  ELSE least(${HOUR_MS / 1000}, count(${value}) * (epoch_ms(max(observed_at)) - epoch_ms(min(observed_at))) / 1000 / (count(*) - 1)) END`;

/** Columns of one metric: [mean, p50, p95, p99, max, seconds]. `value` and `peak` are its raw columns. */
function metric(name: string, unit: string, value: string, peak: string): string {
  const percentiles = [50, 95, 99].map(
    (percent) => `${figure(`quantile_cont(${value}, ${percent / 100})`)} AS ${name}_p${percent}_${unit}`,
  );
  return [
    `${figure(`avg(${value})`)} AS ${name}_mean_${unit}`,
    ...percentiles,
    `max(greatest(${value}, ${peak})) AS ${name}_max_${unit}`,
    `round(${covered(value)}) AS ${name}_seconds`,
  ].join(', ');
}

const WORKLOAD = 'namespace, workload_kind, workload_name';

const AGGREGATED: Readonly<Record<RawTable, (from: string) => string>> = {
  samples: (from) => `SELECT ${HOUR} AS hour, ${WORKLOAD}, pod, container, bool_or(app) AS app, max(source) AS source,
    count(*)::INTEGER AS samples, min(observed_at) AS first_at, max(observed_at) AS last_at, median(window_seconds) AS window_seconds,
    ${metric('cpu', 'cores', 'cpu_cores', 'cpu_peak_cores')},
    ${metric('memory', 'bytes', 'memory_bytes', 'memory_peak_bytes')}, min(memory_bytes) AS memory_min_bytes,
    ${metric('network', 'bytes_per_second', 'network_bytes_per_second', 'network_peak_bytes_per_second')},
    sum(requests) AS requests
    ${from} GROUP BY ALL`,
  pods: (from) => `SELECT ${HOUR} AS hour, ${WORKLOAD}, pod, ${lastOf(POD_STATE, 'observed_at')},
    count(*)::INTEGER AS samples, max(observed_at) AS last_at ${from} GROUP BY ALL`,
  workloads: (from) => `SELECT ${HOUR} AS hour, ${WORKLOAD}, ${lastOf(['uid'], 'observed_at')}, count(*)::INTEGER AS samples,
    max(observed_at) AS last_at, max(restarts) AS restarts,
    ${WORKLOAD_MEANS.map((name) => `avg(${name}) AS ${name}`).join(', ')} ${from} GROUP BY ALL`,
  nodes: (from) => `SELECT ${HOUR} AS hour, node, bool_and(ready) AS ready, ${lastOf(NODE_STATE, 'observed_at')},
    count(*)::INTEGER AS samples, max(observed_at) AS last_at,
    ${NODE_USE.map(([name, unit]) => `${figure(`avg(${name}_${unit})`)} AS ${name}_mean_${unit}, max(${name}_${unit}) AS ${name}_max_${unit}`).join(', ')},
    ${NODE_MEANS.map((name) => `avg(${name}) AS ${name}`).join(', ')} ${from} GROUP BY ALL`,
};

const POD_STATE = [
  'uid',
  'node',
  'phase',
  'ready',
  'restarts',
  'oom_kills',
  'created_at',
  'started_at',
  'ended_at',
  'cpu_request_cores',
  'memory_request_bytes',
  'cpu_limit_cores',
  'memory_limit_bytes',
] as const;
const WORKLOAD_MEANS = [
  'desired_replicas',
  'pods',
  'ready_pods',
  'cpu_request_cores',
  'memory_request_bytes',
  'cost_per_hour',
] as const;
const NODE_STATE = ['source', 'currency', 'price_source'] as const;
const NODE_USE = [
  ['cpu', 'cores'],
  ['memory', 'bytes'],
  ['network', 'bytes_per_second'],
] as const;
const NODE_MEANS = [
  'allocatable_cpu_cores',
  'allocatable_memory_bytes',
  'requested_cpu_cores',
  'requested_memory_bytes',
  'pods',
  'cost_per_hour',
] as const;

/** Values of the newest row, missing ones too. */
function lastOf(names: readonly string[], instant: string): string {
  return names.map((name) => `arg_max_null(${name}, ${instant}) AS ${name}`).join(', ');
}

/**
 * Rows of the same hour as one. Sums, extremes and means are those of all their samples; percentiles cannot be had from
 * percentiles: the median is their mean, the others are the highest.
 */
const JOINED: Readonly<Record<HourlyTable, (from: string) => string>> = {
  hourly: (
    from,
  ) => `SELECT hour, ${WORKLOAD}, pod, container, bool_or(app) AS app, max(source) AS source, sum(samples)::INTEGER AS samples,
    min(first_at) AS first_at, max(last_at) AS last_at, median(window_seconds) AS window_seconds,
    ${joinedMetric('cpu', 'cores')}, ${joinedMetric('memory', 'bytes')}, min(memory_min_bytes) AS memory_min_bytes,
    ${joinedMetric('network', 'bytes_per_second')}, sum(requests) AS requests
    FROM ${from} GROUP BY ALL`,
  hourly_pods: (
    from,
  ) => `SELECT hour, ${WORKLOAD}, pod, ${lastOf(POD_STATE, 'last_at')}, sum(samples)::INTEGER AS samples, max(last_at) AS last_at
    FROM ${from} GROUP BY ALL`,
  hourly_workloads: (from) => `SELECT hour, ${WORKLOAD}, ${lastOf(['uid'], 'last_at')}, sum(samples)::INTEGER AS samples,
    max(last_at) AS last_at, max(restarts) AS restarts, ${WORKLOAD_MEANS.map((name) => `${meanBy(name, 'samples')} AS ${name}`).join(', ')}
    FROM ${from} GROUP BY ALL`,
  hourly_nodes: (
    from,
  ) => `SELECT hour, node, bool_and(ready) AS ready, ${lastOf(NODE_STATE, 'last_at')}, sum(samples)::INTEGER AS samples,
    max(last_at) AS last_at,
    ${NODE_USE.map(([name, unit]) => `${figure(meanBy(`${name}_mean_${unit}`, 'samples'))} AS ${name}_mean_${unit}, max(${name}_max_${unit}) AS ${name}_max_${unit}`).join(', ')},
    ${NODE_MEANS.map((name) => `${meanBy(name, 'samples')} AS ${name}`).join(', ')}
    FROM ${from} GROUP BY ALL`,
};

function joinedMetric(name: string, unit: string): string {
  return [
    ...['mean', 'p50'].map((which) => `${figure(meanBy(`${name}_${which}_${unit}`, 'samples'))} AS ${name}_${which}_${unit}`),
    ...['p95', 'p99', 'max'].map((which) => `max(${name}_${which}_${unit}) AS ${name}_${which}_${unit}`),
    `least(${HOUR_MS / 1000}, sum(${name}_seconds)) AS ${name}_seconds`,
  ].join(', ');
}

/** Mean of the values that are there, by weight. */
function meanBy(value: string, weight: string): string {
  return `(sum(${value} * ${weight}) / nullif(sum(${weight}) FILTER (${value} IS NOT NULL), 0))`;
}
