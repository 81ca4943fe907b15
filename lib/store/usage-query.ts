/** Samples to slots of use, in SQL: peaks of each container, their sum over a pod's app containers, then the busiest replica. */

import { type SlotGrid, type SlotValues, type WorkloadRequests, type WorkloadUsage, workloadKey } from '../types/usage.ts';
import type { DaySources } from './coverage.ts';
import { type Engine, eachRow, type Row } from './engine.ts';
import { HOUR_MS, hoursSql } from './hourly.ts';
import type { Part } from './parts.ts';
import { boundsOf, conditions, fromPeriod, type Period, WORKLOAD } from './period.ts';

export interface UsagePeriod extends Period {
  readonly slotSeconds: number;
}

export interface StoredUsage {
  readonly usage: WorkloadUsage;
  readonly requests?: WorkloadRequests;
}

/** Rows that are aggregated at a time. Memory grows with the groups of one go, and these are at most as many. */
const ROWS_AT_A_TIME = 40_000;

/** Every go looks into all parts, so that more of them cost more than they spare. */
const MOST_GOES = 8;

/** Slots that end at the period's end, so that the last one is full of what is newest. */
export function gridOf(period: UsagePeriod): SlotGrid {
  const slotMs = period.slotSeconds * 1000;
  const slots = Math.max(1, Math.ceil((period.toMs - period.fromMs) / slotMs));
  // The newest sample lies on the end itself and belongs to the last slot.
  return { startMs: period.toMs - slots * slotMs + 1, slotSeconds: period.slotSeconds, slots };
}

/** As a number, which is read many times as fast as 64 bits: 53 of them let 10,000 workloads collide with a probability of 1 in 10⁸. */
const asNumber = (workload: string): string => `${workload}::DOUBLE`;

const namesSql = (from: string): string => `
  SELECT ${asNumber(WORKLOAD)}, namespace, workload_kind, workload_name, count(*)::DOUBLE ${from}
  GROUP BY namespace, workload_kind, workload_name ORDER BY namespace, workload_kind, workload_name`;

/** Missing values come as NaN: asking for each whether it is missing takes longer than reading it. */
const orNaN = (value: string): string => `ifnull(${value}, 'NaN'::DOUBLE)`;

/** Rows of the first step: one container and slot, with its extremes. */
interface Slots {
  /** `FROM` and `WHERE` of the rows that tell which workloads there are. */
  readonly names: string;
  readonly containers: string;
}

/**
 * Containers of a pod need not be sampled at the same instant, so peaks are taken within the slot before they are summed:
 * the pod's own peak where a slot holds one sample, an upper bound where it holds more. So are the lows, for the movement.
 */
const rawSlots = (parts: readonly Part[], period: Period): Slots => ({
  names: fromPeriod(parts, period),
  containers: `
    SELECT ${WORKLOAD} AS workload, hash(namespace, pod) AS pod, container, ((epoch_ms(observed_at) - $grid_ms) // $slot_ms)::INTEGER AS slot,
      bool_or(app) AS app, max(greatest(cpu_cores, cpu_peak_cores)) AS cpu, max(greatest(memory_bytes, memory_peak_bytes)) AS memory,
      min(memory_bytes) AS least_memory, max(greatest(network_bytes_per_second, network_peak_bytes_per_second)) AS network,
      median(network_bytes_per_second) AS network_median, sum(requests) AS requests,
      count(*) AS samples, epoch_ms(max(observed_at)) - epoch_ms(min(observed_at)) AS span_ms
    ${fromPeriod(parts, period)} GROUP BY ALL`,
});

/** The same for slots that are hours of UTC, which roll-ups hold. */
const hourSlots = (days: readonly DaySources[], period: Period): Slots => {
  const hours = `FROM (${hoursSql('samples', days, conditions(period))})`;
  return {
    names: hours,
    containers: `
    SELECT ${WORKLOAD} AS workload, hash(namespace, pod) AS pod, container, ((epoch_ms(hour) - $grid_ms) // $slot_ms)::INTEGER AS slot,
      app, cpu_max_cores AS cpu, memory_max_bytes AS memory, memory_min_bytes AS least_memory,
      network_max_bytes_per_second AS network, network_p50_bytes_per_second AS network_median, requests,
      samples, epoch_ms(last_at) - epoch_ms(first_at) AS span_ms ${hours}`,
  };
};

const usageSql = ({ containers }: Slots): string => `
  WITH containers AS (${containers}),
  pods AS (
    SELECT workload, pod, slot, sum(cpu) FILTER (app) AS cpu, sum(memory) FILTER (app) AS memory,
      1 - sum(least_memory) FILTER (app) / nullif(sum(memory) FILTER (app), 0) AS movement,
      max(network) AS network, max(network_median) AS network_median, sum(requests) AS requests,
      max(span_ms / 1000 / nullif(samples - 1, 0)) AS interval_seconds
    FROM containers GROUP BY ALL)
  SELECT ${asNumber('workload')}, slot,
    ${['max(cpu)', 'max(memory)', 'max(movement)', 'max(network)', 'max(network_median)', 'sum(requests)'].map(orNaN).join(', ')},
    count(*)::DOUBLE, ${orNaN('median(interval_seconds)')}
  FROM pods GROUP BY workload, slot`;

/** Values of the last query, from its third column on. */
const VALUES = ['cpu', 'memory', 'movement', 'network', 'networkMedian', 'requests', 'pods'] as const;
const INTERVAL_COLUMN = 2 + VALUES.length;

interface Accumulated {
  readonly key: string;
  readonly values: Readonly<Record<(typeof VALUES)[number], SlotValues>>;
  /** Distance of samples in each slot: the slot's length where it holds one. */
  readonly intervals: number[];
}

/** Use of every workload that has samples in the period, by `workloadKey`. */
export function queryUsage(
  engine: Engine,
  parts: readonly Part[],
  period: UsagePeriod,
): Promise<ReadonlyMap<string, StoredUsage>> {
  return parts.length === 0 ? Promise.resolve(new Map()) : usageOf(engine, rawSlots(parts, period), period);
}

/** Whether the slots of a period are hours of UTC: these can be had from roll-ups. */
export function isHourly(period: UsagePeriod): boolean {
  return period.slotSeconds * 1000 === HOUR_MS && gridOf(period).startMs % HOUR_MS === 0;
}

/** As `queryUsage`, of a period whose slots are hours of UTC: with the same result, whether they are rolled up or not. */
export function queryHourlyUsage(
  engine: Engine,
  days: readonly DaySources[],
  period: UsagePeriod,
): Promise<ReadonlyMap<string, StoredUsage>> {
  return days.length === 0 ? Promise.resolve(new Map()) : usageOf(engine, hourSlots(days, period), period);
}

async function usageOf(
  { connection, alone }: Engine,
  from: Slots,
  period: UsagePeriod,
): Promise<ReadonlyMap<string, StoredUsage>> {
  const grid = gridOf(period);
  const workloads = new Map<unknown, Accumulated>();
  let rows = 0;
  await eachRow(connection, namesSql(from.names), boundsOf({ ...period, fromMs: grid.startMs }), (row) => {
    const key = workloadKey({ namespace: String(row(1)), kind: String(row(2)), name: String(row(3)) });
    workloads.set(row(0), { key, values: emptyValues(grid), intervals: [] });
    rows += Number(row(4));
  });
  const goes = Math.ceil(rows / ROWS_AT_A_TIME);
  const slots = { grid_ms: grid.startMs, slot_ms: grid.slotSeconds * 1000 };
  const aggregate = async (): Promise<void> => {
    for (const part of partsOfGrid(grid, Math.min(MOST_GOES, goes))) {
      const parameters = { ...boundsOf({ ...period, ...part }), ...slots };
      await eachRow(connection, usageSql(from), parameters, (row) => take(workloads.get(row(0)), grid.slotSeconds, row));
    }
  };
  await (goes > MOST_GOES ? alone(aggregate) : aggregate());
  return new Map([...workloads.values()].map((entry) => [entry.key, storedUsage(entry, grid)]));
}

/** Periods of whole slots that make up the grid. */
function partsOfGrid(grid: SlotGrid, goes: number): readonly { readonly fromMs: number; readonly toMs: number }[] {
  const slotMs = grid.slotSeconds * 1000;
  const slots = Math.ceil(grid.slots / Math.max(1, goes));
  const parts: { readonly fromMs: number; readonly toMs: number }[] = [];
  for (let slot = 0; slot < grid.slots; slot += slots) {
    const end = Math.min(slot + slots, grid.slots);
    parts.push({ fromMs: grid.startMs + slot * slotMs, toMs: grid.startMs + end * slotMs - 1 });
  }
  return parts;
}

function emptyValues(grid: SlotGrid): Accumulated['values'] {
  const empty = (): SlotValues => new Float64Array(grid.slots).fill(Number.NaN);
  return {
    cpu: empty(),
    memory: empty(),
    movement: empty(),
    network: empty(),
    networkMedian: empty(),
    requests: empty(),
    pods: empty(),
  };
}

/** A workload that appeared between two of the queries is left for the next read. */
function take(entry: Accumulated | undefined, slotSeconds: number, row: Row): void {
  if (!entry) return;
  const slot = Number(row(1));
  for (let index = 0; index < VALUES.length; index++) entry.values[VALUES[index]!][slot] = Number(row(2 + index));
  const interval = Number(row(INTERVAL_COLUMN));
  entry.intervals.push(Number.isNaN(interval) ? slotSeconds : interval);
}

function storedUsage({ values, intervals }: Accumulated, grid: SlotGrid): StoredUsage {
  const known = (series: SlotValues): boolean => series.some((value) => !Number.isNaN(value));
  return {
    usage: {
      source: 'history',
      grid,
      // Usual, not least: two runs within a minute do not make every other distance a gap.
      sampleSeconds: Math.min(median(intervals) ?? grid.slotSeconds, grid.slotSeconds),
      podCount: values.pods,
      ...(known(values.cpu) && { cpuPeakCores: values.cpu }),
      ...(known(values.memory) && { memoryPeakBytes: values.memory, memoryMovement: values.movement }),
      ...(known(values.network) && {
        networkPeakBytesPerSecond: values.network,
        networkMedianBytesPerSecond: values.networkMedian,
      }),
    },
    ...(known(values.requests) && { requests: { source: 'history', grid, counts: values.requests } }),
  };
}

function median(values: readonly number[]): number | undefined {
  return new Float64Array(values).sort()[values.length >> 1];
}
