/**
 * Use of whole workloads hour by hour over the last 30 days: what forecasts rest on. The server computes the hour's mean of the
 * sum over pods; what comes back is one number per workload and hour.
 */

import { HOUR } from '../../types/duration.ts';
import type { SlotGrid, SlotValues, WorkloadHours } from '../../types/usage.ts';
import { workloadKey } from '../../types/usage.ts';
import type { PrometheusClient } from './client.ts';
import { mean, rate } from './counters.ts';
import { type EngineKind, rangeSeconds, stepOf } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import { type ClusterLabel, type ContainerLabels, CPU, MEMORY, selectorsOf } from './labels.ts';
import { perWorkload } from './rows.ts';
import {
  askInParts,
  bothDirections,
  type Collected,
  CPU_DIGITS,
  NETWORK_DIGITS,
  NOT_LOOP_BACK,
  podSum,
  rounded,
} from './usage.ts';

/** Hours in one query: with 2,000 pods and a sum at every step it stays below Prometheus' 50 million samples a query. */
const PART_HOURS = 240;

/** Sums over pods are taken this often within an hour. */
const SUM_STEP = 300;

type HourMetric = Exclude<keyof WorkloadHours, 'source' | 'grid'>;

export interface HoursOptions {
  readonly labels: ContainerLabels;
  readonly cluster: ClusterLabel | undefined;
  readonly engine: EngineKind;
  readonly intervalSeconds: number;
  /** Whole hours, the last one complete. */
  readonly grid: SlotGrid;
}

/** Hours of every workload that the server knows, keyed by workloadKey. */
export async function collectHours(
  client: PrometheusClient,
  groups: readonly QueryGroup[],
  options: HoursOptions,
): Promise<Collected<WorkloadHours>> {
  const failures: Error[] = [];
  const perGroup = await Promise.all(groups.map((group) => groupHours(client, group, options, failures)));
  return { found: new Map(perGroup.flatMap((found) => [...found])), failures };
}

async function groupHours(
  client: PrometheusClient,
  group: QueryGroup,
  options: HoursOptions,
  failures: Error[],
): Promise<ReadonlyMap<string, WorkloadHours>> {
  const { grid, labels } = options;
  const metrics = Object.keys(hourQueries(group, options)) as HourMetric[];
  const answers = await Promise.all(
    metrics.map(async (metric) => {
      const query = (part: QueryGroup): string => hourQueries(part, options)[metric] ?? '';
      const parts = await Promise.all(
        partsOf(grid).map(async (part) => ({
          part,
          found: await askInParts(client, group, part, query, labels, failures, (a, b) => a + b),
        })),
      );
      return [metric, joined(grid, parts)] as const;
    }),
  );
  const hostNetwork = new Set(
    group.workloads.filter(({ pods }) => pods.some((pod) => pod.hostNetwork)).map(({ ref }) => workloadKey(ref)),
  );
  const keys = new Set(answers.flatMap(([, found]) => [...found.keys()]));
  return new Map(
    [...keys].map((key) => {
      const values = answers.flatMap(([metric, found]) => {
        const slots = found.get(key);
        // The counters of such pods are their node's.
        return slots && !(metric.startsWith('network') && hostNetwork.has(key)) ? [[metric, slots] as const] : [];
      });
      return [key, { source: 'prometheus', grid, ...Object.fromEntries(values) } as WorkloadHours] as const;
    }),
  );
}

/** Consecutive parts of a grid, newest first. */
function partsOf({ startMs, slotSeconds, slots }: SlotGrid): readonly SlotGrid[] {
  const count = Math.ceil(slots / PART_HOURS);
  return Array.from({ length: count }, (_, back) => {
    const end = slots - back * PART_HOURS;
    const begin = Math.max(0, end - PART_HOURS);
    return { startMs: startMs + begin * slotSeconds * 1000, slotSeconds, slots: end - begin };
  });
}

function joined(
  grid: SlotGrid,
  parts: readonly { readonly part: SlotGrid; readonly found: ReadonlyMap<string, SlotValues> }[],
): ReadonlyMap<string, SlotValues> {
  const whole = new Map<string, SlotValues>();
  for (const { part, found } of parts) {
    for (const [key, slots] of found) {
      const values = whole.get(key) ?? new Float64Array(grid.slots).fill(Number.NaN);
      whole.set(key, values);
      values.set(slots, (part.startMs - grid.startMs) / (grid.slotSeconds * 1000));
    }
  }
  return whole;
}

/**
 * What a counter gains within an hour, divided by the hour, is its mean, so that a pod that lived for a part of the hour counts for that part.
 * Memory has no counter: the sum over the pods that are there is taken every five minutes. Peaks are of each container, summed: an upper bound.
 */
function hourQueries(group: QueryGroup, options: HoursOptions): Readonly<Partial<Record<HourMetric, string>>> {
  const { labels, cluster, intervalSeconds, engine } = options;
  const { all, pod } = selectorsOf(group, labels, cluster);
  const sum = (perPod: string): string => perWorkload(group, labels, perPod, '', 'sum');
  const hour = { seconds: rangeSeconds(HOUR, intervalSeconds, engine), engine };
  const step = stepOf(intervalSeconds);
  const short = { seconds: rangeSeconds(step, intervalSeconds, engine), engine };
  const memory = sum(podSum(labels, all(MEMORY)));
  return {
    cpuMeanCores: rounded(sum(podSum(labels, mean(all(CPU), hour))), CPU_DIGITS),
    cpuPeakCores: rounded(sum(podSum(labels, `max_over_time(${rate(all(CPU), short)}[${HOUR}s:${step}s])`)), CPU_DIGITS),
    memoryMeanBytes: `round(avg_over_time((${memory})[${HOUR}s:${SUM_STEP}s]))`,
    memoryPeakBytes: sum(podSum(labels, `max_over_time(${all(MEMORY)}[${HOUR}s])`)),
    networkMeanBytesPerSecond: rounded(
      sum(bothDirections(labels, (metric) => mean(pod(metric, NOT_LOOP_BACK), hour))),
      NETWORK_DIGITS,
    ),
  };
}
