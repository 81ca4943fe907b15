/** Which described workload a real pod belongs to, and what its series need to know of it. */

import { createHash } from 'node:crypto';
import type { ClusterDescription, WorkloadDescription } from '../../../lib/kube/simulated/description.ts';
import { selectorLabels } from '../../../lib/kube/simulated/manifests.ts';
import { uid } from '../../../lib/kube/simulated/random.ts';
import { type Replica, replicasSince } from '../../../lib/kube/simulated/replicas.ts';
import type { KubeObject } from '../api.ts';

/** A pod that is there, or that was there before its workload was rolled out. */
export interface MeasuredPod {
  readonly workload: WorkloadDescription;
  /** 0-based, as in the description. */
  readonly replica: number;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  readonly nodeAddress: string;
  readonly address: string;
  readonly startMs: number;
  readonly endMs?: number;
}

interface PodStatus {
  readonly phase?: string;
  readonly startTime?: string;
  readonly hostIP?: string;
  readonly podIP?: string;
}

interface PodSpec {
  readonly nodeName?: string;
  readonly containers: readonly { readonly name: string; readonly image: string }[];
}

const LABEL = Object.keys(selectorLabels({ name: '' } as WorkloadDescription))[0]!;

/** Containers have no identity before they start; this is the one KWOK is told to write (config/kwok.yaml). */
export function containerId(podUid: string, container: string): string {
  return createHash('sha256').update(`${podUid}/${container}`).digest('hex');
}

/** Finds the described workload of an object by the label that workloads select their pods by. */
export function workloadFinder(description: ClusterDescription): (object: KubeObject) => WorkloadDescription | undefined {
  const key = (namespace: string, name: string): string => `${namespace}/${name}`;
  const workloads = new Map(description.workloads.map((workload) => [key(workload.namespace, workload.name), workload]));
  return ({ metadata }) => workloads.get(key(metadata.namespace ?? '', metadata.labels?.[LABEL] ?? ''));
}

export function isRunning(pod: KubeObject): boolean {
  const { phase, podIP } = (pod.status ?? {}) as PodStatus;
  return phase === 'Running' && podIP !== undefined;
}

/** Gives each running pod its place among its workload's replicas, keeping places that are taken. */
export class Replicas {
  readonly #find: (object: KubeObject) => WorkloadDescription | undefined;
  readonly #nodes: readonly string[];
  readonly #taken = new Map<string, Map<number, string>>();

  constructor(description: ClusterDescription) {
    this.#find = workloadFinder(description);
    this.#nodes = description.nodes.map(({ name }) => name);
  }

  /** Pods in the order of their names, so that the same pods get the same places in every process. */
  addAll(pods: readonly KubeObject[]): readonly MeasuredPod[] {
    return pods.toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1)).map((pod) => this.add(pod));
  }

  add(pod: KubeObject): MeasuredPod {
    const { metadata } = pod;
    const spec = pod.spec as unknown as PodSpec;
    const status = pod.status as PodStatus;
    const workload = this.#find(pod) ?? undescribed(pod, spec);
    const hostAddress = status.hostIP ?? '';
    return {
      workload,
      replica: this.#place(workload, pod, spec),
      namespace: metadata.namespace ?? '',
      name: metadata.name,
      uid: metadata.uid,
      node: spec.nodeName ?? '',
      nodeAddress: hostAddress,
      address: status.podIP ?? hostAddress,
      startMs: Date.parse(status.startTime ?? metadata.creationTimestamp),
    };
  }

  remove(podUid: string): void {
    for (const places of this.#taken.values()) {
      for (const [place, uid] of places) if (uid === podUid) places.delete(place);
    }
  }

  #place(workload: WorkloadDescription, pod: KubeObject, spec: PodSpec): number {
    if (workload.kind === 'DaemonSet') return Math.max(0, this.#nodes.indexOf(spec.nodeName ?? ''));
    if (workload.kind === 'StatefulSet') return Number(/-(\d+)$/.exec(pod.metadata.name)?.[1] ?? 0);
    const key = `${workload.namespace}/${workload.name}`;
    const places = this.#taken.get(key) ?? new Map<number, string>();
    this.#taken.set(key, places);
    let place = 0;
    while (places.has(place) && places.get(place) !== pod.metadata.uid) place++;
    places.set(place, pod.metadata.uid);
    return place;
  }
}

/** Pods that nobody described are those of the history servers, which take in and answer all the time. */
function undescribed(pod: KubeObject, spec: PodSpec): WorkloadDescription {
  return {
    scenario: 'undescribed',
    label: 'unknown',
    namespace: pod.metadata.namespace ?? '',
    kind: 'Pod',
    name: pod.metadata.name,
    replicas: 1,
    ageHours: 0,
    containers: spec.containers.map(({ name, image }) => ({
      name,
      image,
      usage: { cpuCores: 0.03, memoryBytes: 180 * 2 ** 20, networkBytesPerSecond: 40_000 },
    })),
    activity: [],
  };
}

/** Pods from before the last rollout, within the history: the cluster knows them no more, the metrics server does. */
export function formerPods(
  description: ClusterDescription,
  current: readonly MeasuredPod[],
  fromMs: number,
  nowMs: number,
): readonly MeasuredPod[] {
  return description.workloads.flatMap((workload) => {
    const successors = current.filter((pod) => pod.workload === workload);
    return replicasSince(description, workload, fromMs, nowMs)
      .filter((replica) => replica.endMs !== undefined && replica.endMs > fromMs)
      .flatMap((replica) => formerPod(description, replica, successors[replica.index % Math.max(1, successors.length)]));
  });
}

function formerPod(
  description: ClusterDescription,
  replica: Replica,
  successor: MeasuredPod | undefined,
): readonly MeasuredPod[] {
  if (!successor || replica.endMs === undefined) return [];
  const { workload, name, index, startMs, endMs } = replica;
  const podUid = uid(description.seed, workload.namespace, name, startMs);
  return [{ ...successor, name, uid: podUid, replica: index, startMs, endMs }];
}
