/** A history as earlier runs of the program would have recorded it in a filled cluster. */

import type { WorkloadDescription } from '../../lib/kube/simulated/description.ts';
import { topOwner } from '../../lib/kube/simulated/objects/owners.ts';
import { podSeries } from '../../lib/kube/simulated/usage.ts';
import { openHistory } from '../../lib/store/history.ts';
import { isSidecar } from '../../lib/types/sidecar.ts';
import type { Sample } from '../../lib/types/usage.ts';
import type { FilledCluster, FilledPod } from '../cluster/fill/fill.ts';
import { testRuntime } from '../kube/runtime.ts';

const HOUR_MS = 3_600_000;

export interface RecordedPeriod {
  readonly fromMs: number;
  readonly toMs: number;
  /** Distance of the rows, each an average since the last. */
  readonly stepSeconds: number;
  /** What the rows are averages of, so that they are as even as rates over their time; of `stepSeconds` when absent. */
  readonly finerSeconds?: number;
}

/** Appends the use of these workloads' pods in the period to the history of this cluster. */
export async function recordHistory(
  directory: string,
  clusterId: string,
  filled: FilledCluster,
  workloads: readonly WorkloadDescription[],
  period: RecordedPeriod,
): Promise<void> {
  const history = openHistory({ directory, clusterId, runtime: testRuntime({ random: Math.random }) });
  try {
    await history.append(
      workloads.flatMap((workload) =>
        filled.pods.filter((pod) => isPodOf(pod, workload)).flatMap((pod) => samplesOf(filled, workload, pod, period)),
      ),
    );
  } finally {
    history.close();
  }
}

function isPodOf(pod: FilledPod, { namespace, name }: WorkloadDescription): boolean {
  return pod.namespace === namespace && pod.workload === name;
}

/** A row for each container, and one for the pod's network and requests, every step. */
function samplesOf(
  { description, nowMs }: FilledCluster,
  workload: WorkloadDescription,
  { name, namespace, replica }: FilledPod,
  period: RecordedPeriod,
): readonly Sample[] {
  const podStartMs = nowMs - (workload.podAgeHours ?? workload.ageHours) * HOUR_MS;
  const finerSeconds = period.finerSeconds ?? period.stepSeconds;
  const finer = podSeries(workload, replica, {
    ...period,
    stepSeconds: finerSeconds,
    nowMs,
    seed: description.seed,
    podStartMs,
  });
  const each = period.stepSeconds / finerSeconds;
  const average = (values: Float64Array, step: number): number => sum(values, step * each, each) / each;
  const top = topOwner(workload);
  const nothing: Sample = {
    atMs: Number.NaN,
    namespace,
    workloadKind: top.kind,
    workloadName: top.name,
    pod: name,
    container: '',
    app: true,
    source: 'kubelet',
    cpuCores: Number.NaN,
    memoryBytes: Number.NaN,
    networkBytesPerSecond: Number.NaN,
    requests: Number.NaN,
    windowSeconds: period.stepSeconds,
  };
  const steps = Array.from({ length: Math.floor(finer.requests.length / each) }, (_, step) => step);
  return steps.flatMap((step): readonly Sample[] => {
    const networkBytesPerSecond = average(finer.receiveBytesPerSecond, step) + average(finer.transmitBytesPerSecond, step);
    if (Number.isNaN(networkBytesPerSecond)) return [];
    const atMs = finer.startMs + (step + 1) * period.stepSeconds * 1000;
    const containers = workload.containers.map(({ name: container, image, nativeSidecar }): Sample => {
      const { cpuCores, memoryBytes } = finer.containers.get(container)!;
      const app = !isSidecar({ name: container, image, role: nativeSidecar ? 'sidecar' : 'app' });
      return { ...nothing, atMs, container, app, cpuCores: average(cpuCores, step), memoryBytes: average(memoryBytes, step) };
    });
    const requests = workload.requestCounter === undefined ? Number.NaN : sum(finer.requests, step * each, each);
    return [...containers, ...(workload.hostNetwork ? [] : [{ ...nothing, atMs, networkBytesPerSecond, requests }])];
  });
}

function sum(values: Float64Array, from: number, count: number): number {
  return values.subarray(from, from + count).reduce((total, value) => total + value, 0);
}
