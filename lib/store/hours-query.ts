/** Use of whole workloads hour by hour, in SQL over roll-ups, and over raw rows where there are none yet: all pods summed. */

import type { SlotGrid, SlotValues, WorkloadHours } from '../types/usage.ts';
import type { DaySources } from './coverage.ts';
import { type Engine, eachRow, type Row } from './engine.ts';
import { HOUR_MS, hoursSql } from './hourly.ts';
import { boundsOf, conditions, type Period, rowsIn } from './period.ts';

type Metric = Exclude<keyof WorkloadHours, 'source' | 'grid'>;

const METRICS: readonly { readonly name: string; readonly unit: string; readonly mean: Metric; readonly peak: Metric }[] = [
  { name: 'cpu', unit: 'cores', mean: 'cpuMeanCores', peak: 'cpuPeakCores' },
  { name: 'memory', unit: 'bytes', mean: 'memoryMeanBytes', peak: 'memoryPeakBytes' },
  {
    name: 'network',
    unit: 'bytes_per_second',
    mean: 'networkMeanBytesPerSecond',
    peak: 'networkPeakBytesPerSecond',
  },
];

/** Columns of the result, from its third on. */
const VALUES: readonly Metric[] = METRICS.flatMap(({ mean, peak }) => [mean, peak]);

/** Rows that are aggregated at a time. Hours do not depend on each other, so that whole days are taken together. */
const ROWS_AT_A_TIME = 200_000;

/** How long a container was seen in an hour by one metric; as little as nothing where that is not known. */
const seconds = (name: string): string => `coalesce(nullif(${name}_seconds, 0), 1)`;

/**
 * How long a container was there in an hour: as long as the metric that saw it longest did. What another metric has not measured of that
 * time was no time without use.
 */
const PRESENT = `greatest(${METRICS.map(({ name }) => `CASE WHEN ${name}_seconds IS NOT NULL THEN ${seconds(name)} END`).join(', ')})`;

/**
 * The hour's mean of the sum over pods is the sum of their means, each weighted by the part of the observed time in which the pod
 * was there. What was observed of an hour is what the pod that was seen longest was seen; of a workload's own hour at most
 * what its pods were seen in all, so that a look at one namespace does not make the others small.
 */
const workloadsSql = (days: readonly DaySources[], period: Period): string => `
  WITH pods AS (
    SELECT namespace, workload_kind, workload_name, hour, pod, max(${PRESENT}) AS seconds,
      ${METRICS.flatMap(({ name, unit }) => [
        `sum(${name}_mean_${unit}::DOUBLE * ${PRESENT}) AS ${name}_sum`,
        `sum(${name}_max_${unit}) AS ${name}_max`,
      ]).join(', ')}
    FROM (${hoursSql('samples', days, conditions(period))}) GROUP BY ALL),
  workloads AS (
    SELECT namespace, workload_kind, workload_name, hour, max(seconds) AS longest, sum(seconds) AS seconds,
      ${METRICS.flatMap(({ name }) => [`sum(${name}_sum) AS ${name}_sum`, `sum(${name}_max) AS ${name}_max`]).join(', ')}
    FROM pods GROUP BY ALL),
  observed AS (SELECT *, least(seconds, max(longest) OVER (PARTITION BY hour)) AS share FROM workloads)
  SELECT namespace || '/' || workload_kind || '/' || workload_name, ((epoch_ms(hour) - $grid_ms) // ${HOUR_MS})::INTEGER,
    ${METRICS.flatMap(({ name }) => [`${name}_sum / share`, `${name}_max`]).join(', ')}
  FROM observed ORDER BY namespace, workload_kind, workload_name, hour`;

/** Hours of UTC that a period touches. */
export function hoursGridOf({ fromMs, toMs }: Pick<Period, 'fromMs' | 'toMs'>): SlotGrid {
  const startMs = Math.floor(fromMs / HOUR_MS) * HOUR_MS;
  return { startMs, slotSeconds: HOUR_MS / 1000, slots: Math.max(1, Math.ceil((toMs + 1 - startMs) / HOUR_MS)) };
}

/** Hours of every workload that has samples in the period, by `workloadKey`. */
export async function queryHours(
  { connection, alone }: Engine,
  days: readonly DaySources[],
  period: Period,
): Promise<ReadonlyMap<string, WorkloadHours>> {
  if (days.length === 0) return new Map();
  const grid = hoursGridOf(period);
  const found = new Map<string, Map<Metric, SlotValues>>();
  const take = (key: string, slot: number, values: readonly unknown[]): void => {
    const series = found.get(key) ?? new Map<Metric, SlotValues>();
    found.set(key, series);
    for (const [index, metric] of VALUES.entries()) {
      const value = values[index];
      if (value === null || value === undefined) continue;
      const slots = series.get(metric) ?? new Float64Array(grid.slots).fill(Number.NaN);
      series.set(metric, slots);
      slots[slot] = Number(value);
    }
  };
  const parameters = { ...boundsOf(period), grid_ms: grid.startMs };
  const visit = (row: Row): void =>
    take(
      String(row(0)),
      Number(row(1)),
      VALUES.map((_, index) => row(2 + index)),
    );
  for (const some of await inPieces(connection, days))
    await alone(() => eachRow(connection, workloadsSql(some, period), parameters, visit));
  return new Map(
    [...found].map(([key, series]) => [key, { source: 'history', grid, ...Object.fromEntries(series) } as WorkloadHours]),
  );
}

/** Consecutive days, of which each piece has a bounded number of rows, or is a single day. */
async function inPieces(
  connection: Engine['connection'],
  days: readonly DaySources[],
): Promise<readonly (readonly DaySources[])[]> {
  const pieces: DaySources[][] = [];
  let room = 0;
  for (const day of days) {
    const rows = await rowsIn(connection, [...day.raw, ...day.rollUps]);
    if (pieces.length === 0 || rows > room) {
      pieces.push([]);
      room = ROWS_AT_A_TIME;
    }
    pieces.at(-1)?.push(day);
    room -= rows;
  }
  return pieces;
}
