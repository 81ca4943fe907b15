/** Use of whole workloads hour by hour, in SQL over roll-ups, and over raw rows where there are none yet: all pods summed. */

import type { SlotGrid, SlotValues, WorkloadHours } from '../types/usage.ts';
import type { DaySources } from './coverage.ts';
import { type Engine, eachRow } from './engine.ts';
import { HOUR_MS, hoursSql } from './hourly.ts';
import { boundsOf, conditions, type Period, WORKLOAD } from './period.ts';

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

const SECONDS = 'greatest(cpu_seconds, memory_seconds, network_seconds)';

/**
 * The hour's mean of the sum over pods is the sum of their means, each weighted by the part of the observed time in which the pod
 * was there. What was observed of an hour is what the container that was seen longest was seen; of a workload's own hour at most
 * what its pods were seen in all, so that a look at one namespace does not make the others small.
 */
const workloadsSql = (days: readonly DaySources[], period: Period): string => `
  WITH hours AS (FROM (${hoursSql('samples', days, conditions(period))})),
  observed AS (SELECT hour, max(${SECONDS}) AS seconds FROM hours GROUP BY hour),
  pods AS (SELECT ${WORKLOAD} AS workload, hour, pod, max(${SECONDS}) AS seconds FROM hours GROUP BY ALL),
  shares AS (
    SELECT workload, hour, least(any_value(observed.seconds), sum(pods.seconds)) AS seconds
    FROM pods JOIN observed USING (hour) GROUP BY workload, hour),
  rows AS (SELECT hours.*, ${WORKLOAD} AS workload FROM hours)
  SELECT namespace || '/' || workload_kind || '/' || workload_name, ((epoch_ms(hour) - $grid_ms) // ${HOUR_MS})::INTEGER,
    ${METRICS.flatMap(({ name, unit }) => [
      `sum(${name}_mean_${unit} * CASE WHEN shares.seconds > 0 THEN least(1, ${name}_seconds / shares.seconds) ELSE 1 END)`,
      `sum(${name}_max_${unit})`,
    ]).join(', ')}
  FROM rows JOIN shares USING (workload, hour)
  GROUP BY namespace, workload_kind, workload_name, hour ORDER BY namespace, workload_kind, workload_name, hour`;

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
  await alone(() =>
    eachRow(connection, workloadsSql(days, period), { ...boundsOf(period), grid_ms: grid.startMs }, (row) =>
      take(
        String(row(0)),
        Number(row(1)),
        VALUES.map((_, index) => row(2 + index)),
      ),
    ),
  );
  return new Map(
    [...found].map(([key, series]) => [key, { source: 'history', grid, ...Object.fromEntries(series) } as WorkloadHours]),
  );
}
