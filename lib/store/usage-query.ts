/** Samples to slots of use, in SQL: the sum over a pod's app containers first, then the busiest replica. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { type SlotGrid, type SlotValues, type WorkloadRequests, type WorkloadUsage, workloadKey } from '../types/usage.ts';
import { columnsOf, literal } from './engine.ts';

export interface UsagePeriod {
  readonly fromMs: number;
  readonly toMs: number;
  readonly slotSeconds: number;
  /** Only this namespace; all when absent. */
  readonly namespace?: string;
}

export interface StoredUsage {
  readonly usage: WorkloadUsage;
  readonly requests?: WorkloadRequests;
}

/** The samples of the given files within a period. Bound: $from_ms, $to_ms, $namespace (empty for all). */
export function samplesSql(files: readonly string[]): string {
  return `SELECT epoch_ms(observed_at) AS at_ms, * EXCLUDE (observed_at)
    FROM read_parquet([${files.map(literal).join(', ')}], union_by_name = true, hive_partitioning = false)
    WHERE observed_at >= make_timestamp_ms($from_ms) AND observed_at <= make_timestamp_ms($to_ms) AND ($namespace = '' OR namespace = $namespace)`;
}

const usageSql = (files: readonly string[]): string => `
  WITH samples AS (${samplesSql(files)}),
  pod_instants AS (
    SELECT namespace, workload_kind, workload_name, pod, at_ms, ((at_ms - $from_ms) // $slot_ms)::INTEGER AS slot,
      sum(cpu_cores) FILTER (app) AS cpu, sum(memory_bytes) FILTER (app) AS memory,
      max(network_bytes_per_second) AS network, max(requests) AS requests
    FROM samples GROUP BY ALL),
  pod_slots AS (
    SELECT namespace, workload_kind, workload_name, pod, slot,
      max(cpu) AS cpu, max(memory) AS memory, (max(memory) - min(memory)) / nullif(max(memory), 0) AS movement,
      max(network) AS network, median(network) AS network_median, sum(requests) AS requests,
      count(*) AS instants, (max(at_ms) - min(at_ms)) AS span_ms
    FROM pod_instants GROUP BY ALL)
  SELECT namespace, workload_kind, workload_name, slot,
    max(cpu) AS cpu, max(memory) AS memory, max(movement) AS movement, max(network) AS network,
    max(network_median) AS network_median, sum(requests) AS requests, count(*)::DOUBLE AS pods,
    max(instants)::DOUBLE AS instants, max(span_ms)::DOUBLE AS span_ms
  FROM pod_slots WHERE slot >= 0 AND slot < $slots
  GROUP BY ALL ORDER BY namespace, workload_kind, workload_name, slot`;

/** Use of every workload that has samples in the period, by `workloadKey`. */
export async function queryUsage(
  connection: DuckDBConnection,
  files: readonly string[],
  period: UsagePeriod,
): Promise<ReadonlyMap<string, StoredUsage>> {
  if (files.length === 0) return new Map();
  const grid = gridOf(period);
  const reader = await connection.runAndReadAll(usageSql(files), {
    from_ms: grid.startMs,
    to_ms: period.toMs,
    slot_ms: grid.slotSeconds * 1000,
    slots: grid.slots,
    namespace: period.namespace ?? '',
  });
  return assemble(columnsOf(reader), reader.currentRowCount, grid);
}

/** Slots that end at the period's end, so that the last one is full of what is newest. */
function gridOf(period: UsagePeriod): SlotGrid {
  const slotMs = period.slotSeconds * 1000;
  const slots = Math.max(1, Math.ceil((period.toMs - period.fromMs) / slotMs));
  // The newest sample lies on the end itself and belongs to the last slot.
  return { startMs: period.toMs - slots * slotMs + 1, slotSeconds: period.slotSeconds, slots };
}

type Columns = Readonly<Record<string, readonly unknown[]>>;

interface Accumulated {
  readonly values: Readonly<Record<(typeof VALUE_COLUMNS)[number], SlotValues>>;
  intervalSeconds: number;
}

const VALUE_COLUMNS = ['cpu', 'memory', 'movement', 'network', 'network_median', 'requests', 'pods'] as const;

function assemble(columns: Columns, rows: number, grid: SlotGrid): ReadonlyMap<string, StoredUsage> {
  const workloads = new Map<string, Accumulated>();
  for (let row = 0; row < rows; row++) {
    const key = workloadKey({
      namespace: String(columns.namespace?.[row]),
      kind: String(columns.workload_kind?.[row]),
      name: String(columns.workload_name?.[row]),
    });
    const entry = workloads.get(key) ?? emptyEntry(grid);
    workloads.set(key, entry);
    const slot = Number(columns.slot?.[row]);
    for (const name of VALUE_COLUMNS) entry.values[name][slot] = numberOrNaN(columns[name]?.[row]);
    const instants = Number(columns.instants?.[row]);
    if (instants > 1)
      entry.intervalSeconds = Math.max(entry.intervalSeconds, Number(columns.span_ms?.[row]) / (instants - 1) / 1000);
  }
  return new Map([...workloads].map(([key, entry]) => [key, storedUsage(entry, grid)]));
}

function emptyEntry(grid: SlotGrid): Accumulated {
  const empty = (): SlotValues => new Float64Array(grid.slots).fill(Number.NaN);
  return {
    values: {
      cpu: empty(),
      memory: empty(),
      movement: empty(),
      network: empty(),
      network_median: empty(),
      requests: empty(),
      pods: empty(),
    },
    intervalSeconds: 0,
  };
}

function storedUsage({ values, intervalSeconds }: Accumulated, grid: SlotGrid): StoredUsage {
  const known = (series: SlotValues): boolean => series.some((value) => !Number.isNaN(value));
  return {
    usage: {
      source: 'history',
      grid,
      // One sample a slot tells only that samples are a slot apart.
      sampleSeconds: Math.min(intervalSeconds || grid.slotSeconds, grid.slotSeconds),
      podCount: values.pods,
      ...(known(values.cpu) && { cpuPeakCores: values.cpu }),
      ...(known(values.memory) && { memoryPeakBytes: values.memory, memoryMovement: values.movement }),
      ...(known(values.network) && {
        networkPeakBytesPerSecond: values.network,
        networkMedianBytesPerSecond: values.network_median,
      }),
    },
    ...(known(values.requests) && { requests: { source: 'history', grid, counts: values.requests } }),
  };
}

function numberOrNaN(value: unknown): number {
  return value === null || value === undefined ? Number.NaN : Number(value);
}
