/** Use of each container hour by hour, in SQL over roll-ups, and over raw rows where there are none yet: the largest over its pods. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { type ContainerHours, type SlotGrid, type SlotValues, workloadKey } from '../types/usage.ts';
import type { DaySources } from './coverage.ts';
import { eachRow, numberOrUndefined, type Row } from './engine.ts';
import { HOUR_MS, hoursSql } from './hourly.ts';
import { hoursGridOf } from './hours-query.ts';
import { boundsOf, conditions, type Period } from './period.ts';

/** Columns of the result, from its sixth on. */
const VALUES = ['cpuMeanCores', 'cpuPeakCores', 'memoryMeanBytes', 'memoryPeakBytes'] as const;

/** Days do not share an hour, so that they are aggregated one after the other. */
const hoursOfSql = (day: DaySources, period: Period): string => `
  SELECT namespace, workload_kind, workload_name, container, ((epoch_ms(hour) - $grid_ms) // ${HOUR_MS})::INTEGER,
    max(cpu_mean_cores)::DOUBLE, max(cpu_max_cores)::DOUBLE, max(memory_mean_bytes)::DOUBLE, max(memory_max_bytes)::DOUBLE
  FROM (${hoursSql('samples', [day], conditions(period))}) WHERE container <> ''
  GROUP BY namespace, workload_kind, workload_name, container, hour`;

type Series = Partial<Record<(typeof VALUES)[number], SlotValues>>;

/** Hours of every container that has samples in the period, by `workloadKey` and name. */
export async function queryContainerHours(
  connection: DuckDBConnection,
  days: readonly DaySources[],
  period: Period,
): Promise<ReadonlyMap<string, ReadonlyMap<string, ContainerHours>>> {
  const grid = hoursGridOf(period);
  const found = new Map<string, Map<string, Series>>();
  for (const day of days) {
    await eachRow(connection, hoursOfSql(day, period), { ...boundsOf(period), grid_ms: grid.startMs }, (row) => {
      const key = workloadKey({ namespace: String(row(0)), kind: String(row(1)), name: String(row(2)) });
      const containers = found.get(key) ?? new Map<string, Series>();
      found.set(key, containers);
      const container = String(row(3));
      const series = containers.get(container) ?? {};
      containers.set(container, series);
      addHour(series, grid, row);
    });
  }
  return new Map(
    [...found].map(([key, containers]) => [key, new Map([...containers].map(([name, series]) => [name, { grid, ...series }]))]),
  );
}

function addHour(series: Series, grid: SlotGrid, row: Row): void {
  const slot = Number(row(4));
  for (const [at, name] of VALUES.entries()) {
    const value = numberOrUndefined(row(5 + at));
    if (value === undefined) continue;
    series[name] ??= new Float64Array(grid.slots).fill(Number.NaN);
    series[name][slot] = value;
  }
}
