/** Peaks and percentiles of each container over a period, in SQL: the largest over its pods. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { type ContainerUsage, workloadKey } from '../types/usage.ts';
import { columnsOf } from './engine.ts';
import { samplesSql } from './usage-query.ts';

export interface ContainerPeriod {
  readonly fromMs: number;
  readonly toMs: number;
  readonly namespace?: string;
}

const containerSql = (files: readonly string[]): string => `
  WITH samples AS (${samplesSql(files)}),
  pods AS (
    SELECT namespace, workload_kind, workload_name, container, pod,
      quantile_cont(cpu_cores, 0.99) AS cpu_p99, max(cpu_cores) AS cpu_peak, max(memory_bytes) AS memory_peak,
      count(*) AS samples, min(at_ms) AS first_ms, max(at_ms) AS last_ms, median(window_seconds) AS resolution
    FROM samples WHERE container <> '' GROUP BY ALL)
  SELECT namespace, workload_kind, workload_name, container,
    max(cpu_p99) AS cpu_p99, max(cpu_peak) AS cpu_peak, max(memory_peak) AS memory_peak,
    sum(samples)::DOUBLE AS samples, min(first_ms)::DOUBLE AS first_ms, max(last_ms)::DOUBLE AS last_ms, max(resolution) AS resolution
  FROM pods GROUP BY ALL`;

/** Use of every container that has samples in the period, by `workloadKey`. */
export async function queryContainers(
  connection: DuckDBConnection,
  files: readonly string[],
  period: ContainerPeriod,
): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
  if (files.length === 0) return new Map();
  const reader = await connection.runAndReadAll(containerSql(files), {
    from_ms: period.fromMs,
    to_ms: period.toMs,
    namespace: period.namespace ?? '',
  });
  const columns = columnsOf(reader);
  const found = new Map<string, ContainerUsage[]>();
  for (let row = 0; row < reader.currentRowCount; row++) {
    const text = (name: string): string => String(columns[name]?.[row]);
    const key = workloadKey({ namespace: text('namespace'), kind: text('workload_kind'), name: text('workload_name') });
    const usage = containerUsage((name) => columns[name]?.[row], text('container'));
    found.set(key, [...(found.get(key) ?? []), usage]);
  }
  return found;
}

function containerUsage(value: (name: string) => unknown, container: string): ContainerUsage {
  const known = (name: string): number | undefined =>
    value(name) === null || value(name) === undefined ? undefined : Number(value(name));
  const cpuP99Cores = known('cpu_p99');
  const cpuPeakCores = known('cpu_peak');
  const memoryPeakBytes = known('memory_peak');
  const resolution = known('resolution');
  return {
    container,
    source: 'history',
    fromMs: Number(value('first_ms')),
    toMs: Number(value('last_ms')),
    samples: Number(value('samples')),
    ...(cpuP99Cores !== undefined && { cpuP99Cores }),
    ...(cpuPeakCores !== undefined && { cpuPeakCores }),
    ...(memoryPeakBytes !== undefined && { memoryPeakBytes }),
    ...(resolution !== undefined && { cpuResolutionSeconds: resolution }),
  };
}
