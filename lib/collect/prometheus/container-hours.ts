/**
 * Use of containers hour by hour over the last 30 days: what the learned sizes rest on. The server takes the highest and the mean of
 * each hour; what comes back is one number per container of a workload and hour, the largest over its pods.
 */

import { HOUR } from '../../types/duration.ts';
import type { ContainerHours, SlotGrid, SlotValues } from '../../types/usage.ts';
import type { Series } from './answer.ts';
import type { PrometheusClient } from './client.ts';
import { mean } from './counters.ts';
import { type EngineKind, hoursBefore, rangeSeconds } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import { type ContainerLabels, CPU, MEMORY, selectorsOf } from './labels.ts';
import { addRow, perWorkload, workloadOfRow } from './rows.ts';
import type { SizingOptions } from './sizing.ts';
import { askInHalves } from './split.ts';
import { type Collected, CPU_DIGITS, rounded, stepRate } from './usage.ts';

const HOURS = 720;
/** Hours in one query: with 2,000 pods it stays below Prometheus' 50 million samples a query. */
const PART_HOURS = 240;

type HourFigure = Exclude<keyof ContainerHours, 'grid'>;
type Figures = Partial<Record<HourFigure, SlotValues>>;

export interface ContainerHoursOptions extends SizingOptions {
  readonly engine: EngineKind;
}

/** Hours of every container by its name, sidecars too; keyed by workloadKey. */
export async function collectContainerHours(
  client: PrometheusClient,
  groups: readonly QueryGroup[],
  options: ContainerHoursOptions,
): Promise<Collected<ReadonlyMap<string, ContainerHours>>> {
  const failures: Error[] = [];
  const parts = hoursBefore(Math.floor(options.nowMs / 1000) * 1000, HOURS, PART_HOURS);
  const grid: SlotGrid = { startMs: parts.at(-1)!.startMs, slotSeconds: HOUR, slots: HOURS };
  const found = new Map<string, Map<string, Figures>>();
  const take = (group: QueryGroup, figure: HourFigure, rows: readonly Series[]): void => {
    for (const row of rows) addFigure(found, grid, row, { group, figure, labels: options.labels });
  };
  await Promise.all(
    groups.flatMap((group) =>
      (Object.keys(hourQueries(group, options)) as HourFigure[]).flatMap((figure) =>
        parts.map((part) =>
          askInHalves(
            group,
            async (asked) => take(asked, figure, (await client.range(hourQueries(asked, options)[figure], part)).series),
            failures,
          ),
        ),
      ),
    ),
  );
  return {
    found: new Map(
      [...found].map(([key, containers]) => [
        key,
        new Map([...containers].map(([name, figures]) => [name, { grid, ...figures }])),
      ]),
    ),
    failures,
  };
}

function hourQueries(group: QueryGroup, options: ContainerHoursOptions): Readonly<Record<HourFigure, string>> {
  const { labels, cluster, grids, intervalSeconds, engine } = options;
  const { all } = selectorsOf(group, labels, cluster);
  const per = (query: string): string => perWorkload(group, labels, query, labels.container ?? '');
  const hour = { seconds: rangeSeconds(HOUR, intervalSeconds, engine), engine };
  return {
    cpuMeanCores: rounded(per(mean(all(CPU), hour)), CPU_DIGITS),
    cpuPeakCores: rounded(per(`max_over_time(${stepRate(all(CPU), grids)}[${HOUR}s:${grids.stepSeconds}s])`), CPU_DIGITS),
    memoryMeanBytes: `round(${per(`avg_over_time(${all(MEMORY)}[${HOUR}s])`)})`,
    memoryPeakBytes: per(`max_over_time(${all(MEMORY)}[${HOUR}s])`),
  };
}

interface Place {
  readonly group: QueryGroup;
  readonly figure: HourFigure;
  readonly labels: ContainerLabels;
}

function addFigure(
  found: Map<string, Map<string, Figures>>,
  grid: SlotGrid,
  row: Series,
  { group, figure, labels }: Place,
): void {
  const key = workloadOfRow(group, labels, row);
  const container = row.labels[labels.container ?? ''];
  if (key === undefined || container === undefined) return;
  const containers = found.get(key) ?? new Map<string, Figures>();
  found.set(key, containers);
  const figures = containers.get(container) ?? {};
  containers.set(container, figures);
  figures[figure] ??= new Float64Array(grid.slots).fill(Number.NaN);
  addRow(figures[figure], grid, row, Math.max);
}
