/** Peaks and percentiles of containers: what sizing rests on. The server keeps the points; one row per container comes back. */

import { DAY, HOUR } from '../../types/duration.ts';
import type { ContainerUsage } from '../../types/usage.ts';
import type { Answer } from './answer.ts';
import type { PrometheusClient } from './client.ts';
import type { Grids } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import {
  type ClusterLabel,
  type ContainerLabels,
  CPU,
  CPU_PERIODS,
  CPU_THROTTLED_PERIODS,
  MEMORY,
  selectorsOf,
} from './labels.ts';
import { perWorkload, workloadOfRow } from './rows.ts';
import { askInHalves } from './split.ts';
import { type Collected, stepRate } from './usage.ts';

/** Memory is sized by its highest peak of a month, CPU by a percentile of a fortnight's peaks. */
const MEMORY_PERIOD = 30 * DAY;
const CPU_PERIOD = 14 * DAY;

/** How far back there are samples is told to these many seconds. */
const COVERAGE_STEP = 2 * HOUR;

export interface SizingOptions {
  readonly labels: ContainerLabels;
  readonly cluster: ClusterLabel | undefined;
  readonly grids: Grids;
  readonly intervalSeconds: number;
  readonly nowMs: number;
}

type Figure = 'cpuP99Cores' | 'cpuPeakCores' | 'cpuThrottled' | 'memoryPeakBytes' | 'coverageSteps';

/** Figures of every container, sidecars too, each the largest over the workload's pods; keyed by workloadKey. */
export async function collectContainers(
  client: PrometheusClient,
  groups: readonly QueryGroup[],
  options: SizingOptions,
): Promise<Collected<readonly ContainerUsage[]>> {
  const failures: Error[] = [];
  const perGroup = await Promise.all(groups.map((group) => containersOf(client, group, options, failures)));
  return { found: new Map(perGroup.flatMap((found) => [...found])), failures };
}

async function containersOf(
  client: PrometheusClient,
  group: QueryGroup,
  options: SizingOptions,
  failures: Error[],
): Promise<ReadonlyMap<string, readonly ContainerUsage[]>> {
  const figures = Object.keys(figureQueries(group, options)) as Figure[];
  const rows = new Map<string, Map<string, Partial<Record<Figure, number>>>>();
  await Promise.all(
    figures.map(async (figure) => {
      for (const { key, container, value } of await ask(client, group, figure, options, failures)) {
        const containers = rows.get(key) ?? new Map<string, Partial<Record<Figure, number>>>();
        rows.set(key, containers);
        const known = containers.get(container) ?? {};
        containers.set(container, { ...known, [figure]: Math.max(value, known[figure] ?? Number.NEGATIVE_INFINITY) });
      }
    }),
  );
  return new Map(
    [...rows].map(([key, containers]) => [
      key,
      [...containers].map(([container, row]) => containerUsage(container, row, options)),
    ]),
  );
}

function figureQueries(group: QueryGroup, { labels, cluster, grids }: SizingOptions): Readonly<Record<Figure, string>> {
  const { all } = selectorsOf(group, labels, cluster);
  const container = labels.container ?? '';
  const per = (query: string): string => perWorkload(group, labels, query, container);
  const peakOf = (period: number): string => per(`max_over_time(${stepRate(all(CPU), grids)}[${period}s:${grids.stepSeconds}s])`);
  return {
    cpuP99Cores: `quantile_over_time(0.99, (${peakOf(HOUR)})[${CPU_PERIOD}s:${HOUR}s])`,
    cpuPeakCores: peakOf(CPU_PERIOD),
    cpuThrottled: per(`increase(${all(CPU_THROTTLED_PERIODS)}[${CPU_PERIOD}s]) / increase(${all(CPU_PERIODS)}[${CPU_PERIOD}s])`),
    memoryPeakBytes: per(`max_over_time(${all(MEMORY)}[${MEMORY_PERIOD}s])`),
    coverageSteps: `count_over_time((${per(all(MEMORY))})[${MEMORY_PERIOD}s:${COVERAGE_STEP}s])`,
  };
}

interface FigureRow {
  readonly key: string;
  readonly container: string;
  readonly value: number;
}

async function ask(
  client: PrometheusClient,
  group: QueryGroup,
  figure: Figure,
  options: SizingOptions,
  failures: Error[],
): Promise<readonly FigureRow[]> {
  const rows = async (part: QueryGroup): Promise<readonly FigureRow[]> =>
    rowsOf(await client.instant(figureQueries(part, options)[figure], options.nowMs), part, options.labels);
  return (await askInHalves(group, rows, failures)).flat();
}

function rowsOf(answer: Answer, group: QueryGroup, labels: ContainerLabels): readonly FigureRow[] {
  return answer.series.flatMap((row) => {
    const key = workloadOfRow(group, labels, row);
    const container = row.labels[labels.container ?? ''];
    const value = row.values[0];
    return key === undefined || container === undefined || value === undefined ? [] : [{ key, container, value }];
  });
}

function containerUsage(container: string, row: Partial<Record<Figure, number>>, options: SizingOptions): ContainerUsage {
  const coveredSeconds = (row.coverageSteps ?? 0) * COVERAGE_STEP;
  return {
    container,
    source: 'prometheus',
    fromMs: options.nowMs - coveredSeconds * 1000,
    toMs: options.nowMs,
    ...(coveredSeconds > CPU_PERIOD && { cpuFromMs: options.nowMs - CPU_PERIOD * 1000 }),
    samples: Math.round(coveredSeconds / options.intervalSeconds),
    cpuResolutionSeconds: options.grids.stepSeconds,
    ...(row.cpuP99Cores !== undefined && { cpuP99Cores: row.cpuP99Cores }),
    ...(row.cpuPeakCores !== undefined && { cpuPeakCores: row.cpuPeakCores }),
    ...(row.memoryPeakBytes !== undefined && { memoryPeakBytes: row.memoryPeakBytes }),
    // Of a container that never ran a period it is 0 ÷ 0.
    ...(row.cpuThrottled !== undefined && row.cpuThrottled >= 0 && { cpuThrottled: row.cpuThrottled }),
  };
}
