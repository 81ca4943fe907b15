/**
 * CPU, memory and network of workloads over time. The server computes rates, sums the containers of a pod, takes the busiest
 * replica and the peak of each slot; what comes back is one number per workload and slot.
 */

import type { SlotGrid, SlotValues, WorkloadUsage } from '../../types/usage.ts';
import { workloadKey } from '../../types/usage.ts';
import type { PrometheusClient } from './client.ts';
import { rate } from './counters.ts';
import { type Grids, withoutLeading } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import {
  type ClusterLabel,
  type ContainerLabels,
  CPU,
  MEMORY,
  RECEIVED,
  type Selectors,
  selectorsOf,
  TRANSMITTED,
} from './labels.ts';
import { perWorkload, slotsPerWorkload } from './rows.ts';
import { askInHalves } from './split.ts';

/** Rounding of answers: well below what any threshold looks at, and a third of the letters. */
export const CPU_DIGITS = '0.000001';
export const NETWORK_DIGITS = '0.01';
const FRACTION_DIGITS = '0.0001';

type Metric = 'cpuPeakCores' | 'memoryPeakBytes' | 'memoryMovement' | 'networkPeakBytesPerSecond' | 'networkMedianBytesPerSecond';

export interface UsageOptions {
  readonly labels: ContainerLabels;
  readonly cluster: ClusterLabel | undefined;
  readonly grids: Grids;
}

/** Failures of single queries, in the server's words; the other queries' answers still count. */
export interface Collected<T> {
  readonly found: ReadonlyMap<string, T>;
  readonly failures: readonly Error[];
}

/** Use within the window in fine slots, then before it in hours, newest first; keyed by workloadKey. */
export async function collectUsage(
  client: PrometheusClient,
  groups: readonly QueryGroup[],
  options: UsageOptions,
): Promise<Collected<readonly WorkloadUsage[]>> {
  const { fine, earlier } = options.grids;
  const found = new Map<string, WorkloadUsage[]>();
  const failures: Error[] = [];
  // The long ones are asked first, so that the last query to end is a short one.
  const before = groups.flatMap((group) =>
    earlier.map((grid) => gridUsage(client, group, grid, earlierQueries, options, failures)),
  );
  const window = groups.map((group) => gridUsage(client, group, fine, fineQueries, options, failures));
  // Awaited as one: a failure among the one must not leave the others without anybody who waits for them.
  const [ofWindow, ofBefore] = await Promise.all([Promise.all(window), Promise.all(before)]);
  for (const usages of [...ofWindow, ...ofBefore]) {
    for (const [key, usage] of usages) found.set(key, [...(found.get(key) ?? []), usage]);
  }
  return { found, failures };
}

type Queries = (group: QueryGroup, grid: SlotGrid, options: UsageOptions) => Readonly<Partial<Record<Metric, string>>>;

async function gridUsage(
  client: PrometheusClient,
  group: QueryGroup,
  grid: SlotGrid,
  queriesOf: Queries,
  options: UsageOptions,
  failures: Error[],
): Promise<ReadonlyMap<string, WorkloadUsage>> {
  const metrics = Object.keys(queriesOf(group, grid, options)) as Metric[];
  const answers = await Promise.all(
    metrics.map((metric) =>
      askInParts(client, group, grid, (part) => queriesOf(part, grid, options)[metric] ?? '', options.labels, failures),
    ),
  );
  const isFine = grid === options.grids.fine;
  const keys = new Set(answers.flatMap((answer) => [...answer.keys()]));
  const hostNetwork = new Set(
    group.workloads
      .filter((workload) => workload.pods.some((pod) => pod.hostNetwork))
      .map((workload) => workloadKey(workload.ref)),
  );
  return new Map(
    [...keys].map((key) => {
      const values = metrics.flatMap((metric, index) => {
        const slots = answers[index]?.get(key);
        return slots && !(metric.startsWith('network') && hostNetwork.has(key)) ? [[metric, slots] as const] : [];
      });
      return [key, usageOf(grid, isFine, options.grids.stepSeconds, values)] as const;
    }),
  );
}

function usageOf(
  grid: SlotGrid,
  isFine: boolean,
  stepSeconds: number,
  values: readonly (readonly [Metric, SlotValues])[],
): WorkloadUsage {
  const first = Math.min(...values.map(([, slots]) => slots.findIndex((value) => !Number.isNaN(value))), grid.slots);
  const empty = isFine ? 0 : Math.max(0, first);
  const named = Object.fromEntries(values.map(([metric, slots]) => [metric, slots.subarray(empty)])) as Partial<
    Record<Metric, SlotValues>
  >;
  // Where a slot is a single step its peak is its median.
  const median =
    named.networkMedianBytesPerSecond ?? (grid.slotSeconds === stepSeconds ? named.networkPeakBytesPerSecond : undefined);
  return {
    source: 'prometheus',
    grid: withoutLeading(grid, empty),
    sampleSeconds: Math.min(stepSeconds, grid.slotSeconds),
    ...named,
    ...(median && { networkMedianBytesPerSecond: median }),
  };
}

/** The answer to one query about the group, split where it is too much for the server. Rows of one workload are joined by `join`. */
export async function askInParts(
  client: PrometheusClient,
  group: QueryGroup,
  grid: SlotGrid,
  query: (group: QueryGroup) => string,
  labels: ContainerLabels,
  failures: Error[],
  join: (a: number, b: number) => number = Math.max,
): Promise<ReadonlyMap<string, SlotValues>> {
  const ask = async (part: QueryGroup): Promise<ReadonlyMap<string, SlotValues>> =>
    slotsPerWorkload(part, labels, grid, (await client.range(query(part), grid)).series, join);
  return new Map((await askInHalves(group, ask, failures)).flatMap((part) => [...part]));
}

function fineQueries(group: QueryGroup, grid: SlotGrid, options: UsageOptions): Partial<Record<Metric, string>> {
  const selectors = selectorsOf(group, options.labels, options.cluster);
  const { stepSeconds } = options.grids;
  const cpu = cpuPerWorkload(group, selectors, options.grids);
  const network = networkPerWorkload(group, selectors, options.grids);
  const single = grid.slotSeconds === stepSeconds;
  return {
    cpuPeakCores: rounded(single ? cpu : overSlots('max_over_time', cpu, grid, stepSeconds), CPU_DIGITS),
    networkPeakBytesPerSecond: rounded(single ? network : overSlots('max_over_time', network, grid, stepSeconds), NETWORK_DIGITS),
    ...(!single && {
      networkMedianBytesPerSecond: rounded(overSlots('quantile_over_time', network, grid, stepSeconds), NETWORK_DIGITS),
    }),
    memoryPeakBytes: perWorkload(group, options.labels, podMemory('max_over_time', selectors, grid)),
    memoryMovement: rounded(
      perWorkload(
        group,
        options.labels,
        `1 - ${podMemory('min_over_time', selectors, grid)} / ${podMemory('max_over_time', selectors, grid)}`,
      ),
      FRACTION_DIGITS,
    ),
  };
}

/**
 * Peaks are taken of each series before anything is summed: of a sum of containers, or of both directions, that is an upper
 * bound, which errs towards use, and it spares the server a sum at every step of a fortnight (a third of the time with
 * Prometheus 2). Memory of days ago bears on no verdict: what is held is not what is used.
 */
function earlierQueries(group: QueryGroup, grid: SlotGrid, options: UsageOptions): Partial<Record<Metric, string>> {
  const { app, pod, labels } = selectorsOf(group, options.labels, options.cluster);
  const peak = (selector: string): string =>
    overSlots('max_over_time', stepRate(selector, options.grids), grid, options.grids.stepSeconds);
  return {
    networkPeakBytesPerSecond: rounded(
      perWorkload(
        group,
        labels,
        bothDirections(labels, (metric) => peak(pod(metric, NOT_LOOP_BACK))),
      ),
      NETWORK_DIGITS,
    ),
    cpuPeakCores: rounded(perWorkload(group, labels, podSum(labels, peak(app(CPU)))), CPU_DIGITS),
  };
}

/** Cores of the busiest pod: rates of its app containers, summed. A container that several jobs scrape counts once. */
function cpuPerWorkload(group: QueryGroup, { app, labels }: Selectors, grids: Grids): string {
  return perWorkload(group, labels, podSum(labels, stepRate(app(CPU), grids)));
}

/** Sum over a pod's containers of the highest (lowest) value within the slot: an upper (lower) bound of the pod's own. */
function podMemory(operator: 'max_over_time' | 'min_over_time', { app, labels }: Selectors, grid: SlotGrid): string {
  return podSum(labels, `${operator}(${app(MEMORY)}[${grid.slotSeconds}s])`);
}

export function podSum(labels: ContainerLabels, perContainer: string): string {
  const { namespace, pod, container } = labels;
  if (container === undefined) return `max by (${namespace}, ${pod}) (${perContainer})`;
  return `sum by (${namespace}, ${pod}) (max by (${namespace}, ${pod}, ${container}) (${perContainer}))`;
}

/** Bytes per second of the busiest pod. */
function networkPerWorkload(group: QueryGroup, { pod, labels }: Selectors, grids: Grids): string {
  return perWorkload(
    group,
    labels,
    bothDirections(labels, (metric) => stepRate(pod(metric, NOT_LOOP_BACK), grids)),
  );
}

/** Of a counter, at each step of the grids. */
export function stepRate(counter: string, { rateSeconds, engine }: Grids): string {
  return rate(counter, { seconds: rateSeconds, engine });
}

export const NOT_LOOP_BACK = ',interface!="lo"';

/** Received and sent by a pod, over its interfaces. */
export function bothDirections({ namespace, pod }: ContainerLabels, perInterface: (metric: string) => string): string {
  const direction = (metric: string): string =>
    `sum by (${namespace}, ${pod}) (max by (${namespace}, ${pod}, interface) (${perInterface(metric)}))`;
  return `${direction(RECEIVED)} + ${direction(TRANSMITTED)}`;
}

function overSlots(operator: 'max_over_time' | 'quantile_over_time', query: string, grid: SlotGrid, stepSeconds: number): string {
  const parameter = operator === 'quantile_over_time' ? '0.5, ' : '';
  return `${operator}(${parameter}(${query})[${grid.slotSeconds}s:${stepSeconds}s])`;
}

export function rounded(query: string, to: string): string {
  return `round(${query}, ${to})`;
}
