/** The evidence of one workload as timelines, with what must be known to read them. Computed once, used by every factor. */

import type { IdleSettings } from '../../types/idle.ts';
import { isSidecar } from '../../types/sidecar.ts';
import type { UsageEvidence, WorkloadUsage } from '../../types/usage.ts';
import type { ContainerSpec, Pod, Workload } from '../../types/workload.ts';
import { type Contribution, joinTimeline, type Timeline } from '../evidence/timeline.ts';

export interface IdleContext {
  readonly nowMs: number;
  readonly settings: IdleSettings;
  /** All workloads of the cluster that were seen: standbys are recognised by their neighbours. */
  readonly workloads: readonly Workload[];
  /** Sources of objects that could not be read: `leases`, `services`. */
  readonly unread: readonly string[];
}

export interface Signals {
  readonly workload: Workload;
  /** Pods that run or should run; finished ones are left out. */
  readonly pods: readonly Pod[];
  readonly appContainers: readonly ContainerSpec[];
  readonly hasSidecars: boolean;
  readonly cpu: Timeline;
  readonly memory: Timeline;
  readonly memoryMovement: Timeline;
  readonly network: Timeline;
  /** Medians within slots, where slots hold several samples; the same points as `network` otherwise. */
  readonly networkMedian: Timeline;
  /** Requests per slot as counters saw them. */
  readonly requests: Timeline;
  readonly scrape: UsageEvidence['scrape'];
  /** Start of the window. */
  readonly windowStartMs: number;
  /** Start of what counts as earlier use. */
  readonly earliestMs: number;
}

export function readSignals(workload: Workload, evidence: UsageEvidence, { nowMs, settings }: IdleContext): Signals {
  const earliestMs = nowMs - Math.max(settings.earlierUseSeconds, settings.windowSeconds) * 1000;
  const pods = workload.pods.filter((pod) => pod.phase !== 'Succeeded' && pod.phase !== 'Failed');
  const spec = pods[0]?.containers ?? workload.containers;
  const hostNetwork = pods.some((pod) => pod.hostNetwork);
  const timeline = (pick: (usage: WorkloadUsage) => Float64Array | undefined): Timeline =>
    joinTimeline(
      evidence.usage.map((usage): Contribution => ({ ...usage, values: pick(usage) })),
      earliestMs,
      nowMs,
    );
  const nothing: Timeline = { points: [], sources: [] };
  const apps = spec.filter((container) => container.role === 'app');
  const beside = apps.filter((container) => !isSidecar(container, settings.sidecars));
  return {
    workload,
    pods,
    // A proxy or an agent that stands alone is the app.
    appContainers: beside.length > 0 ? beside : apps,
    hasSidecars:
      beside.length > 0 && spec.some((container) => container.role !== 'init' && isSidecar(container, settings.sidecars)),
    cpu: timeline((usage) => usage.cpuPeakCores),
    memory: timeline((usage) => usage.memoryPeakBytes),
    memoryMovement: timeline((usage) => usage.memoryMovement),
    // Counters of a host-network pod are its node's and prove nothing about the pod.
    network: hostNetwork ? nothing : timeline((usage) => usage.networkPeakBytesPerSecond),
    networkMedian: hostNetwork
      ? nothing
      : timeline((usage) => usage.networkMedianBytesPerSecond ?? usage.networkPeakBytesPerSecond),
    requests: joinTimeline(
      evidence.requests.map(({ source, grid, counts }) => ({ source, grid, sampleSeconds: grid.slotSeconds, values: counts })),
      earliestMs,
      nowMs,
    ),
    scrape: evidence.scrape,
    windowStartMs: nowMs - settings.windowSeconds * 1000,
    earliestMs,
  };
}

/** What several factors ask for: computed for the first one that asks, and not at all where none does. */
export function onceFor<T>(
  compute: (signals: Signals, context: IdleContext) => T,
): (signals: Signals, context: IdleContext) => T {
  const known = new WeakMap<Signals, { readonly value: T }>();
  return (signals, context) => {
    const found = known.get(signals) ?? { value: compute(signals, context) };
    known.set(signals, found);
    return found.value;
  };
}

/** Median distance of the samples behind a timeline, seconds; NaN where it is empty. */
export function sampleSecondsOf(timeline: Timeline): number {
  return timeline.points.at(-1)?.sampleSeconds ?? Number.NaN;
}
