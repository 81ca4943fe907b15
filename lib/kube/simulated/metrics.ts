/** What metrics-server would answer at the simulated instant. */

import type { WorkloadDescription } from './description.ts';
import { podLabels } from './manifests.ts';
import { type Making, timestamp } from './objects/metadata.ts';
import type { PlacedReplica } from './placement.ts';
import { podSeries } from './usage.ts';

/** metrics-server's usual resolution, which the rates are taken over. */
const WINDOW_SECONDS = 15;

type Raw = Readonly<Record<string, unknown>>;

interface Usage {
  readonly cpuCores: number;
  readonly memoryBytes: number;
}

/** PodMetrics of the pods that run and are measured at this instant. */
export function podMetrics(making: Making, replicas: readonly PlacedReplica[]): readonly Raw[] {
  return replicas.flatMap((replica) => {
    const containers = usageOf(making, replica);
    if (containers.size === 0) return [];
    const { workload, name } = replica;
    return [
      {
        kind: 'PodMetrics',
        apiVersion: 'metrics.k8s.io/v1beta1',
        metadata: {
          name,
          namespace: workload.namespace,
          creationTimestamp: timestamp(making.nowMs),
          labels: podLabels(workload),
        },
        ...measured(making),
        containers: [...containers].map(([container, usage]) => ({ name: container, usage: written(usage) })),
      },
    ];
  });
}

/** NodeMetrics: the sum over a node's pods, and what its system uses. */
export function nodeMetrics(making: Making, replicas: readonly PlacedReplica[]): readonly Raw[] {
  return making.description.nodes.map((node) => {
    const usages = replicas
      .filter((replica) => replica.node === node)
      .flatMap((replica) => [...usageOf(making, replica).values()]);
    const sum = (of: (usage: Usage) => number): number => usages.reduce((total, usage) => total + of(usage), 0);
    return {
      kind: 'NodeMetrics',
      apiVersion: 'metrics.k8s.io/v1beta1',
      metadata: { name: node.name, creationTimestamp: timestamp(making.nowMs) },
      ...measured(making),
      usage: written({
        cpuCores: SYSTEM_USE.cpuCores + sum((usage) => usage.cpuCores),
        memoryBytes: SYSTEM_USE.memoryBytes + sum((usage) => usage.memoryBytes),
      }),
    };
  });
}

/** Kubelet, container runtime and kernel of a node. */
const SYSTEM_USE: Usage = { cpuCores: 0.06, memoryBytes: 700 * 2 ** 20 };

function measured({ nowMs }: Making): Raw {
  return { timestamp: timestamp(nowMs), window: `${WINDOW_SECONDS}s` };
}

function written({ cpuCores, memoryBytes }: Usage): Readonly<Record<string, string>> {
  return { cpu: `${Math.round(cpuCores * 1e9)}n`, memory: `${Math.round(memoryBytes / 1024)}Ki` };
}

function usageOf(making: Making, replica: PlacedReplica): ReadonlyMap<string, Usage> {
  if (replica.endMs !== undefined) return new Map();
  const { description, nowMs } = making;
  const workload: WorkloadDescription = replica.workload;
  const { containers } = podSeries(workload, replica.index, {
    fromMs: nowMs - WINDOW_SECONDS * 1000,
    toMs: nowMs,
    stepSeconds: WINDOW_SECONDS,
    nowMs,
    seed: description.seed,
    podStartMs: replica.startMs,
  });
  const present = [...containers].map(
    ([name, series]) => [name, { cpuCores: series.cpuCores[0]!, memoryBytes: series.memoryBytes[0]! }] as const,
  );
  return new Map(present.filter(([, usage]) => !Number.isNaN(usage.cpuCores)));
}
