/** Use of a described pod over time: what its containers, probes and users cause, with seeded noise. */

import { activeFraction, activeIntervals } from './activity.ts';
import type { ContainerDescription, WorkloadDescription } from './description.ts';
import { normalAt, uniform } from './random.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** Share of a pod's traffic that it receives. */
const RECEIVED = 0.45;

export interface SeriesPeriod {
  readonly fromMs: number;
  readonly toMs: number;
  readonly stepSeconds: number;
  readonly nowMs: number;
  readonly seed: number;
  /** Start of this pod; nothing is there before it. */
  readonly podStartMs: number;
  /** End of a pod that has been replaced; it runs still when absent. */
  readonly podEndMs?: number;
}

/** Averages over each step; NaN where the pod was not there or was not scraped. */
export interface PodSeries {
  readonly startMs: number;
  readonly stepSeconds: number;
  readonly containers: ReadonlyMap<string, { readonly cpuCores: Float64Array; readonly memoryBytes: Float64Array }>;
  readonly receiveBytesPerSecond: Float64Array;
  readonly transmitBytesPerSecond: Float64Array;
  /** User requests within each step. */
  readonly requests: Float64Array;
}

/** The series of one replica (0-based) of a workload. */
export function podSeries(workload: WorkloadDescription, replica: number, period: SeriesPeriod): PodSeries {
  const stepMs = period.stepSeconds * 1000;
  const steps = Math.max(0, Math.floor((period.toMs - period.fromMs) / stepMs));
  const key = `${workload.namespace}/${workload.name}/${replica}`;
  const load = activityOf(workload, replica, period, steps, key);
  const present = presence(workload, period, steps);
  const containers = new Map(
    workload.containers.map((container) => [
      container.name,
      containerSeries(container, load, present, period, steps, `${key}/${container.name}`),
    ]),
  );
  const network = networkSeries(workload, load.network, present, period, steps, key);
  return {
    startMs: period.fromMs,
    stepSeconds: period.stepSeconds,
    containers,
    receiveBytesPerSecond: network.map((value) => value * RECEIVED),
    transmitBytesPerSecond: network.map((value) => value * (1 - RECEIVED)),
    requests: load.requests.map((value, step) => (present[step] ? value : Number.NaN)),
  };
}

interface Load {
  readonly cpu: ReadonlyMap<string, Float64Array>;
  readonly memory: ReadonlyMap<string, Float64Array>;
  readonly network: Float64Array;
  readonly requests: Float64Array;
}

/** What the users cause, summed over all patterns. */
function activityOf(workload: WorkloadDescription, replica: number, period: SeriesPeriod, steps: number, key: string): Load {
  const zeros = (): Float64Array => new Float64Array(steps);
  const cpu = new Map(workload.containers.map(({ name }) => [name, zeros()]));
  const memory = new Map(workload.containers.map(({ name }) => [name, zeros()]));
  const network = zeros();
  const requests = zeros();
  const unevenness = normalAt(period.seed, key, 'load');
  for (const activity of workload.activity) {
    if (activity.replicas && !activity.replicas.includes(replica)) continue;
    const intervals = activeIntervals(activity.pattern, { ...period, key });
    for (let step = 0; step < steps; step++) {
      const start = period.fromMs + step * period.stepSeconds * 1000;
      const fraction = activeFraction(intervals, start, start + period.stepSeconds * 1000);
      if (fraction === 0) continue;
      // Use itself is uneven: a fifth up or down.
      const uneven = 1 + 0.2 * unevenness(start);
      cpu.get(activity.container)![step]! += fraction * activity.cpuCores * Math.max(0.2, uneven);
      memory.get(activity.container)![step]! += activity.memoryBytes ?? 0;
      network[step]! += fraction * activity.networkBytesPerSecond * Math.max(0.2, uneven);
      requests[step]! += fraction * (activity.requestsPerSecond ?? 0) * period.stepSeconds;
    }
  }
  return { cpu, memory, network, requests };
}

/** Steps in which the pod was there and was scraped. */
function presence(workload: WorkloadDescription, period: SeriesPeriod, steps: number): readonly boolean[] {
  const gaps = (workload.gaps ?? []).map(
    (gap) => [period.nowMs - gap.fromHoursAgo * HOUR_MS, period.nowMs - gap.toHoursAgo * HOUR_MS] as const,
  );
  return Array.from({ length: steps }, (_, step) => {
    const start = period.fromMs + step * period.stepSeconds * 1000;
    const end = start + period.stepSeconds * 1000;
    const lives = start >= period.podStartMs && end <= (period.podEndMs ?? Number.POSITIVE_INFINITY);
    return lives && !gaps.some(([from, to]) => end > from && start < to);
  });
}

function containerSeries(
  container: ContainerDescription,
  load: Load,
  present: readonly boolean[],
  period: SeriesPeriod,
  steps: number,
  key: string,
): { readonly cpuCores: Float64Array; readonly memoryBytes: Float64Array } {
  const { usage } = container;
  const cpuCores = new Float64Array(steps);
  const memoryBytes = new Float64Array(steps);
  const phase = uniform(period.seed, key, 'phase');
  const deviation = normalAt(period.seed, key, 'cpu');
  for (let step = 0; step < steps; step++) {
    const at = period.fromMs + step * period.stepSeconds * 1000;
    const noise = Math.max(0, 1 + (usage.noise ?? 0.1) * deviation(at));
    cpuCores[step] = present[step] ? usage.cpuCores * noise + load.cpu.get(container.name)![step]! : Number.NaN;
    memoryBytes[step] = present[step]
      ? usage.memoryBytes * sawtooth(usage.memorySawtooth, at, phase) + load.memory.get(container.name)![step]!
      : Number.NaN;
  }
  return { cpuCores, memoryBytes };
}

function sawtooth(
  shape: { readonly amplitude: number; readonly periodMinutes: number } | undefined,
  atMs: number,
  phase: number,
): number {
  if (!shape) return 1;
  const turns = atMs / (shape.periodMinutes * MINUTE_MS) + phase;
  return 1 + shape.amplitude * (turns - Math.floor(turns));
}

function networkSeries(
  workload: WorkloadDescription,
  users: Float64Array,
  present: readonly boolean[],
  period: SeriesPeriod,
  steps: number,
  key: string,
): Float64Array {
  const probes = workload.containers.flatMap((container) => container.probes ?? []).filter((probe) => probe.type !== 'startup');
  const probeRate = probes.reduce((sum, probe) => sum + probe.bytes / probe.periodSeconds, 0);
  const noise = workload.containers[0]?.usage.noise ?? 0.1;
  const steady = workload.containers.reduce((sum, { usage }) => sum + (usage.networkBytesPerSecond ?? 0), 0);
  const deviation = normalAt(period.seed, key, 'network');
  const probeDeviation = normalAt(period.seed, key, 'probes');
  const series = new Float64Array(steps);
  for (let step = 0; step < steps; step++) {
    const at = period.fromMs + step * period.stepSeconds * 1000;
    const polled = steady * Math.max(0, 1 + noise * deviation(at));
    const probed = probeRate * (1 + 0.02 * probeDeviation(at));
    series[step] = present[step] ? polled + probed + users[step]! : Number.NaN;
  }
  return series;
}
