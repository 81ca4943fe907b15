/** Peaks of each container over a period and the percentile of its hourly peaks, in SQL: the largest over its pods. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { type ContainerUsage, workloadKey } from '../types/usage.ts';
import type { DaySources } from './coverage.ts';
import { eachRow, numberOrUndefined, type Row } from './engine.ts';
import { hoursSql } from './hourly.ts';
import { boundsOf, conditions, type Period, rowsIn, WORKLOAD } from './period.ts';

/** Rows that are aggregated at a time: an exact percentile holds all values of its group. */
const ROWS_AT_A_TIME = 2_000_000;

/** Some of the workloads at a time: those whose hash leaves $go when divided. */
const containersSql = (days: readonly DaySources[], period: Period): string => `
  WITH hours AS (
    SELECT namespace, workload_kind, workload_name, container, pod, cpu_max_cores AS cpu, memory_max_bytes AS memory, samples,
      epoch_ms(first_at) AS first_ms, epoch_ms(last_at) AS last_ms, window_seconds AS resolution
    FROM (${hoursSql('samples', days, conditions(period))}) WHERE container <> '' AND ${WORKLOAD} % $goes = $go),
  pods AS (
    SELECT namespace, workload_kind, workload_name, container, pod,
      quantile_cont(cpu, 0.99) AS cpu_p99, max(cpu) AS cpu_peak, max(memory) AS memory_peak, sum(samples) AS samples,
      min(first_ms) AS first_ms, max(last_ms) AS last_ms, median(resolution) AS resolution
    FROM hours GROUP BY namespace, workload_kind, workload_name, container, pod)
  SELECT namespace, workload_kind, workload_name, container, max(cpu_p99), max(cpu_peak), max(memory_peak),
    sum(samples)::DOUBLE, min(first_ms)::DOUBLE, max(last_ms)::DOUBLE, max(resolution)
  FROM pods GROUP BY namespace, workload_kind, workload_name, container
  ORDER BY namespace, workload_kind, workload_name, container`;

/** Use of every container that has samples in the period, from the full hour in which it begins, by `workloadKey`. */
export async function queryContainers(
  connection: DuckDBConnection,
  days: readonly DaySources[],
  period: Period,
): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
  if (days.length === 0) return new Map();
  const parts = days.flatMap(({ raw, rollUps }) => [...raw, ...rollUps]);
  const goes = Math.max(1, Math.ceil((await rowsIn(connection, parts)) / ROWS_AT_A_TIME));
  const found = new Map<string, ContainerUsage[]>();
  for (let go = 0; go < goes; go++) {
    await eachRow(connection, containersSql(days, period), { ...boundsOf(period), goes, go }, (row) => {
      const key = workloadKey({ namespace: String(row(0)), kind: String(row(1)), name: String(row(2)) });
      const containers = found.get(key) ?? [];
      found.set(key, containers);
      containers.push(containerUsage(row));
    });
  }
  return found;
}

function containerUsage(row: Row): ContainerUsage {
  const cpuP99Cores = numberOrUndefined(row(4));
  const cpuPeakCores = numberOrUndefined(row(5));
  const memoryPeakBytes = numberOrUndefined(row(6));
  const cpuResolutionSeconds = numberOrUndefined(row(10));
  return {
    container: String(row(3)),
    source: 'history',
    fromMs: Number(row(8)),
    toMs: Number(row(9)),
    samples: Number(row(7)),
    ...(cpuP99Cores !== undefined && { cpuP99Cores }),
    ...(cpuPeakCores !== undefined && { cpuPeakCores }),
    ...(memoryPeakBytes !== undefined && { memoryPeakBytes }),
    ...(cpuResolutionSeconds !== undefined && { cpuResolutionSeconds }),
  };
}
