/** Use of described workloads in the forms that evidence comes in. */

import type { WorkloadDescription } from '../../lib/kube/simulated/description.ts';
import { uniform } from '../../lib/kube/simulated/random.ts';
import { type PodSeries, podSeries } from '../../lib/kube/simulated/usage.ts';
import { isSidecar } from '../../lib/types/sidecar.ts';
import type { SlotGrid, SlotValues, UsageEvidence, WorkloadRequests, WorkloadUsage } from '../../lib/types/usage.ts';
import { podStart } from './observed.ts';

/**
 * `samples`: every sample a slot, as a file of them or a short history gives. `prometheus`: a window of 5-minute rates, before
 * it hourly peaks of each series, requests by the hour. `history`: a window of 5-minute extremes of fine samples, hours before.
 */
export type EvidenceShape = 'samples' | 'prometheus' | 'history';

export interface EvidencePeriod {
  readonly shape: EvidenceShape;
  readonly nowMs: number;
  readonly days: number;
  readonly stepSeconds: number;
  readonly seed: number;
  /** Share of samples that are lost, here and there. */
  readonly lost: number;
}

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 86_400;
const FINE_SECONDS = 300;

/** Hours in one part of what Prometheus is asked. */
const PART_HOURS = 80;

export function evidenceOf(workload: WorkloadDescription, period: EvidencePeriod): UsageEvidence {
  const pods = Array.from({ length: workload.replicas }, (_, replica) => seriesOf(workload, replica, period));
  const samples = samplesUsage(workload, pods, period);
  return {
    usage: usageOf(workload, samples, period),
    requests: requestsOf(workload, pods, period),
    containers: [],
    ...scrapeOf(workload, period),
  };
}

/** Both generations of a replica: the pod that runs, and the one before it where the workload is older. */
export function seriesOf(workload: WorkloadDescription, replica: number, period: EvidencePeriod): PodSeries {
  const { nowMs, days, stepSeconds, seed } = period;
  const podStartMs = podStart(workload, nowMs);
  const shared = { fromMs: nowMs - days * DAY_SECONDS * 1000, toMs: nowMs, stepSeconds, nowMs, seed };
  const current = podSeries(workload, replica, { ...shared, podStartMs });
  if (workload.podAgeHours === undefined || workload.podAgeHours >= workload.ageHours || workload.kind.endsWith('Job'))
    return current;
  const { activity, ...rest } = workload;
  const before = { ...rest, activity: activity.filter(({ pattern }) => pattern.kind !== 'startup') };
  const bornMs = nowMs - workload.ageHours * HOUR_SECONDS * 1000;
  return merged(podSeries(before, replica, { ...shared, podStartMs: bornMs, podEndMs: podStartMs }), current);
}

function merged(before: PodSeries, current: PodSeries): PodSeries {
  const join = (a: Float64Array, b: Float64Array): Float64Array =>
    b.map((value, step) => (Number.isNaN(value) ? a[step]! : value));
  return {
    ...current,
    containers: new Map(
      [...current.containers].map(([name, series]) => {
        const old = before.containers.get(name)!;
        return [name, { cpuCores: join(old.cpuCores, series.cpuCores), memoryBytes: join(old.memoryBytes, series.memoryBytes) }];
      }),
    ),
    receiveBytesPerSecond: join(before.receiveBytesPerSecond, current.receiveBytesPerSecond),
    transmitBytesPerSecond: join(before.transmitBytesPerSecond, current.transmitBytesPerSecond),
    requests: join(before.requests, current.requests),
  };
}

interface Samples {
  readonly grid: SlotGrid;
  readonly cpu: SlotValues;
  readonly memory: SlotValues;
  readonly network: SlotValues;
}

function appContainers(workload: WorkloadDescription): readonly string[] {
  return workload.containers
    .filter(({ name, image, nativeSidecar }) => !isSidecar({ name, image, role: nativeSidecar ? 'sidecar' : 'app' }))
    .map(({ name }) => name);
}

/** The busiest replica at each step, some samples lost. */
function samplesUsage(workload: WorkloadDescription, pods: readonly PodSeries[], period: EvidencePeriod): Samples {
  const app = appContainers(workload);
  const steps = pods[0]!.requests.length;
  const grid = { startMs: pods[0]!.startMs, slotSeconds: period.stepSeconds, slots: steps };
  const busiest = (read: (pod: PodSeries, step: number) => number): SlotValues =>
    Float64Array.from({ length: steps }, (_, step) => {
      if (uniform(period.seed, workload.name, 'lost', step) < period.lost) return Number.NaN;
      return pods.reduce((most, pod) => larger(most, read(pod, step)), Number.NaN);
    });
  const sum = (pod: PodSeries, step: number, metric: 'cpuCores' | 'memoryBytes'): number =>
    app.reduce((total, name) => total + pod.containers.get(name)![metric][step]!, 0);
  return {
    grid,
    cpu: busiest((pod, step) => sum(pod, step, 'cpuCores')),
    memory: busiest((pod, step) => sum(pod, step, 'memoryBytes')),
    network: busiest((pod, step) => pod.receiveBytesPerSecond[step]! + pod.transmitBytesPerSecond[step]!),
  };
}

function larger(a: number, b: number): number {
  return Number.isNaN(a) ? b : Number.isNaN(b) ? a : Math.max(a, b);
}

function usageOf(workload: WorkloadDescription, samples: Samples, period: EvidencePeriod): readonly WorkloadUsage[] {
  if (period.shape === 'samples') return [plain(workload, samples, period)];
  const perHour = HOUR_SECONDS / period.stepSeconds;
  const perSlot = FINE_SECONDS / period.stepSeconds;
  const windowSteps = DAY_SECONDS / period.stepSeconds;
  const { slots } = samples.grid;
  const fine = aggregated(workload, samples, slots - windowSteps, slots, perSlot, period);
  const parts: WorkloadUsage[] = [];
  for (let end = slots - windowSteps; end >= perHour; end -= PART_HOURS * perHour) {
    const start = Math.max(end % perHour, end - PART_HOURS * perHour);
    const part = aggregated(workload, samples, start, end, perHour, period);
    if (period.shape === 'history') parts.push(part);
    else {
      const { memoryPeakBytes: _peak, memoryMovement: _movement, networkMedianBytesPerSecond: _median, ...asked } = part;
      parts.push(asked);
    }
  }
  return [fine, ...parts];
}

function plain(
  { hostNetwork }: WorkloadDescription,
  { grid, cpu, memory, network }: Samples,
  period: EvidencePeriod,
): WorkloadUsage {
  return {
    source: 'file',
    grid,
    sampleSeconds: period.stepSeconds,
    cpuPeakCores: cpu,
    memoryPeakBytes: memory,
    memoryMovement: memory.map((value) => value * 0),
    ...(!hostNetwork && { networkPeakBytesPerSecond: network, networkMedianBytesPerSecond: network }),
  };
}

/** Slots of several steps: their peaks, movement and median. */
function aggregated(
  { hostNetwork }: WorkloadDescription,
  samples: Samples,
  from: number,
  to: number,
  perSlot: number,
  period: EvidencePeriod,
): WorkloadUsage {
  const slots = Math.floor((to - from) / perSlot);
  const per = (values: SlotValues, reduce: (known: readonly number[]) => number): SlotValues =>
    Float64Array.from({ length: slots }, (_, slot) => {
      const known = [...values.subarray(from + slot * perSlot, from + (slot + 1) * perSlot)].filter(
        (value) => !Number.isNaN(value),
      );
      return known.length > 0 ? reduce(known) : Number.NaN;
    });
  const peak = (known: readonly number[]): number => Math.max(...known);
  const middle = (known: readonly number[]): number => known.toSorted((a, b) => a - b)[known.length >> 1]!;
  const { stepSeconds } = period;
  return {
    source: period.shape === 'history' ? 'history' : 'prometheus',
    grid: { startMs: samples.grid.startMs + from * stepSeconds * 1000, slotSeconds: perSlot * stepSeconds, slots },
    sampleSeconds: period.shape === 'history' ? stepSeconds : FINE_SECONDS,
    cpuPeakCores: per(samples.cpu, peak),
    memoryPeakBytes: per(samples.memory, peak),
    memoryMovement: per(samples.memory, (known) => 1 - Math.min(...known) / Math.max(...known)),
    ...(!hostNetwork && {
      networkPeakBytesPerSecond: per(samples.network, peak),
      networkMedianBytesPerSecond: per(samples.network, middle),
    }),
  };
}

/** What the counter in front saw, summed over the replicas; `increase()` of an hour in Prometheus' form. */
function requestsOf(
  workload: WorkloadDescription,
  pods: readonly PodSeries[],
  period: EvidencePeriod,
): readonly WorkloadRequests[] {
  if (workload.requestCounter === undefined) return [];
  const perSlot = period.shape === 'samples' ? 1 : HOUR_SECONDS / period.stepSeconds;
  const steps = pods[0]!.requests.length;
  const slots = Math.floor(steps / perSlot);
  const first = steps - slots * perSlot;
  const counts = Float64Array.from({ length: slots }, (_, slot) => {
    let sum = Number.NaN;
    for (const { requests } of pods) {
      for (let step = first + slot * perSlot; step < first + (slot + 1) * perSlot; step++) {
        const value = requests[step]!;
        if (!Number.isNaN(value)) sum = (Number.isNaN(sum) ? 0 : sum) + value;
      }
    }
    return sum;
  });
  const slotSeconds = perSlot * period.stepSeconds;
  const grid = { startMs: period.nowMs - slots * slotSeconds * 1000, slotSeconds, slots };
  return [{ source: workload.requestCounter, grid, counts }];
}

/** Bytes as the collector estimates them. */
function scrapeOf({ scrape }: WorkloadDescription, { shape }: EvidencePeriod): Pick<UsageEvidence, 'scrape'> {
  if (!scrape || shape !== 'prometheus') return {};
  return { scrape: { intervalSeconds: scrape.intervalSeconds, bytesPerScrape: scrape.samples * 100 } };
}
