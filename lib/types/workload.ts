/** What was observed of Kubernetes objects: only the fields that a verdict or a proposal rests on. Instants are Unix epoch milliseconds. */

import type { Placement, Taint } from './placement.ts';

/** Names one object for good: `uid` tells a recreated object of the same name from the one that was seen. */
export interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Empty where the owner could only be read from an ownerReference without rights to read the object. */
  readonly uid: string;
}

/** An amount of CPU and memory; a resource that is not set is absent, which differs from 0. */
export interface Resources {
  readonly cpuCores?: number;
  readonly memoryBytes?: number;
}

export interface Probe {
  readonly type: 'startup' | 'readiness' | 'liveness';
  readonly handler: 'http' | 'tcp' | 'grpc' | 'exec';
  readonly periodSeconds: number;
  readonly path?: string;
  readonly port?: string;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  /** `init` runs to completion before the others; `sidecar` is an init container with restartPolicy Always. Known agents among `app` are told apart by intelligence. */
  readonly role: 'app' | 'init' | 'sidecar';
  readonly requests: Resources;
  readonly limits: Resources;
  readonly probes: readonly Probe[];
  readonly portNames: readonly string[];
  /** `resources` letter by letter as it stands in the object: what a patch compares with. Kept of pod templates; absent where there is none. */
  readonly resourcesAsWritten?: Readonly<Record<string, unknown>>;
  /** What fixes the size of a heap, or a runtime that keeps one: `argument -Xmx512m`, `image eclipse-temurin`. Kept of pod templates. */
  readonly heapFlag?: string;
}

export interface ContainerState {
  readonly name: string;
  readonly ready: boolean;
  readonly restarts: number;
  /** Start of the running instance. */
  readonly startedAt?: number;
  /** How and when the previous instance ended. */
  readonly lastTermination?: { readonly reason: string; readonly at: number; readonly exitCode: number };
}

export interface Pod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly phase: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly ready: boolean;
  readonly createdAt: number;
  readonly startedAt?: number;
  /** When its last container ended; absent while one runs or may be started again. */
  readonly endedAt?: number;
  readonly node?: string;
  readonly ip?: string;
  /** Network counters of such a pod are its node's, so they prove nothing about the pod. */
  readonly hostNetwork: boolean;
  /** Empty for the kubelet's own (static) pods, which have none; all others run under `default` where they name none. */
  readonly serviceAccountName: string;
  /** Whether its containers are given a token of that account, with which they may speak to the API server. */
  readonly mountsServiceAccountToken: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly ContainerSpec[];
  readonly states: readonly ContainerState[];
  /** Names of the persistent volume claims that it mounts; absent where it mounts none. */
  readonly volumeClaims?: readonly string[];
  /** Absent where it demands nothing of its node beside CPU and memory. */
  readonly placement?: Placement;
}

export interface Autoscaler {
  /** `ScaledObject` is KEDA's. */
  readonly kind: 'HorizontalPodAutoscaler' | 'ScaledObject' | 'VerticalPodAutoscaler';
  readonly name: string;
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly currentReplicas: number;
  /** What it scales on: a resource with its kind of target, or another metric by name. */
  readonly metrics: readonly AutoscalerMetric[];
}

export interface AutoscalerMetric {
  readonly name: string;
  readonly target: 'Utilization' | 'AverageValue' | 'Value' | 'Unknown';
  /** Of a target of Utilization: use ÷ request, in percent. */
  readonly percent?: number;
}

export interface DisruptionBudget {
  readonly name: string;
  readonly minAvailable?: string;
  readonly maxUnavailable?: string;
  /** Pods it wants healthy now. */
  readonly desiredHealthy: number;
}

/** A leader-election lease whose holder, or whose name, points to the workload. */
export interface Lease {
  readonly name: string;
  readonly holder: string;
  readonly renewedAt?: number;
  readonly durationSeconds?: number;
}

export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly type: string;
  readonly selector: Readonly<Record<string, string>>;
}

/** A rule of a Gateway API route that leads to one of a workload's services. */
export interface RouteRule {
  readonly namespace: string;
  readonly name: string;
  /** Its place among the route's rules, from 0. */
  readonly rule: number;
}

/** Who keeps the object as it is, so that a patch behind its back would be undone. */
export interface Management {
  readonly tool: 'argocd' | 'flux' | 'helm' | 'operator';
  /** The application, release or owning object. */
  readonly name: string;
  /** What told so: a label, an annotation, a field manager or an owner reference. */
  readonly evidence: string;
}

/** The top of an ownership chain with its pods; a pod without owner is its own workload. */
export interface Workload {
  readonly ref: ObjectReference;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** `spec.replicas`; absent for kinds that have none. */
  readonly desiredReplicas?: number;
  /** From the pod template where the owner has one, else from the newest pod. */
  readonly containers: readonly ContainerSpec[];
  /** Where `containers` stand in the object, as JSON pointer (`/spec/template/spec/containers`); absent where it cannot be patched. */
  readonly containersPath?: string;
  /** Label selector of the pod template's labels, for matching services. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly pods: readonly Pod[];
  /** Names from the pods' owner up to (not including) the workload, e.g. the ReplicaSets; old ones too. They tell the names of pods that are gone. */
  readonly replicaSetNames: readonly string[];
  readonly autoscalers: readonly Autoscaler[];
  readonly disruptionBudgets: readonly DisruptionBudget[];
  readonly leases: readonly Lease[];
  readonly services: readonly Service[];
  /** Absent where the cluster has no Gateway API. */
  readonly routes?: readonly RouteRule[];
  readonly management?: Management;
  readonly mountsPersistentVolume: boolean;
  /** True where scaling down deletes the volume claims of a StatefulSet, and what is on them. */
  readonly deletesVolumesWhenScaled?: boolean;
  /** `RollingUpdate`, `Recreate` or `OnDelete`: how a changed template reaches the pods; absent for kinds that have none. */
  readonly updateStrategy?: string;
  readonly priorityClassName?: string;
}

export interface Node {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly providerId?: string;
  readonly allocatable: Resources;
  /** Beside CPU and memory, by name: `pods`, `ephemeral-storage`, `nvidia.com/gpu`. Absent where it tells none. */
  readonly otherAllocatable?: Readonly<Record<string, number>>;
  readonly ready: boolean;
  readonly taints?: readonly Taint[];
  /** True: no new pods are put on it. */
  readonly cordoned?: true;
  /** Annotation by which somebody keeps autoscalers from removing it. */
  readonly keptBy?: string;
}

/** Bounds of a LimitRange for containers of one namespace. */
export interface ContainerLimitRange {
  readonly namespace: string;
  readonly name: string;
  readonly min: Resources;
  readonly max: Resources;
  readonly default: Resources;
  readonly defaultRequest: Resources;
  readonly maxLimitRequestRatio: Resources;
}

/** What the pods of one namespace may hold together, and what they hold. What a ResourceQuota does not name is absent. */
export interface ResourceQuota {
  readonly namespace: string;
  readonly name: string;
  readonly requests: QuotaAmounts;
  readonly limits: QuotaAmounts;
}

export interface QuotaAmounts {
  readonly hard: Resources;
  readonly used: Resources;
}

export interface ClusterIdentity {
  /** UID of the namespace kube-system; where it may not be read, a digest of the server's address, prefixed `server-`. */
  readonly id: string;
  readonly context: string;
  readonly server: string;
  /** Server version, `v1.37.2`. */
  readonly version?: string;
  readonly simulated: boolean;
}

/** Everything the object lists gave at about one instant. */
export interface ClusterObjects {
  readonly observedAt: number;
  readonly workloads: readonly Workload[];
  readonly nodes: readonly Node[];
  readonly limitRanges: readonly ContainerLimitRange[];
  readonly resourceQuotas: readonly ResourceQuota[];
  /** Sources of the lists that could not be read, so that what they would tell is not known: `leases`. */
  readonly unread: readonly string[];
}

/** `deployment.apps/web`, as `kubectl -o name` prints it. */
export function objectName(ref: Pick<ObjectReference, 'apiVersion' | 'kind' | 'name'>): string {
  const slash = ref.apiVersion.indexOf('/');
  const group = slash < 0 ? '' : `.${ref.apiVersion.slice(0, slash)}`;
  return `${ref.kind.toLowerCase()}${group}/${ref.name}`;
}

/** Order of listings: namespace, name, kind. */
export function workloadOrder(a: ObjectReference, b: ObjectReference): number {
  return compareTexts(a.namespace, b.namespace) || compareTexts(a.name, b.name) || compareTexts(a.kind, b.kind);
}

/** Order of texts by their code units, the same everywhere. */
export function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
