/** What a look at a cluster gives, for the tests of the plan: workloads are read from objects as the API returns them, by the code that reads them. */

import { controller } from '../../lib/collect/objects/controllers.ts';
import type { Json } from '../../lib/kube/simulated/json-patch.ts';
import type { PlanInput } from '../../lib/optimize/plan.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../../lib/optimize/settings.ts';
import { DAY } from '../../lib/types/duration.ts';
import type { IdleFinding } from '../../lib/types/idle.ts';
import { type ContainerUsage, workloadKey } from '../../lib/types/usage.ts';
import type { Autoscaler, ContainerLimitRange, Pod, Workload } from '../../lib/types/workload.ts';

export const NOW = Date.UTC(2026, 10, 20, 12);
export const MIB = 2 ** 20;
export const PRICES = { currency: 'USD', perCoreHour: 0.03, perGibibyteHour: 0.004, source: 'test prices' };

export interface ContainerParts {
  readonly name: string;
  readonly image?: string;
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
  readonly more?: Readonly<Record<string, Json>>;
}

export interface ObjectParts {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly replicas?: number;
  readonly containers?: readonly ContainerParts[];
  readonly init?: readonly ContainerParts[];
  readonly metadata?: Readonly<Record<string, Json>>;
  readonly spec?: Readonly<Record<string, Json>>;
  readonly podSpec?: Readonly<Record<string, Json>>;
}

const WEB: readonly ContainerParts[] = [{ name: 'web', requests: { cpu: '500m', memory: '1Gi' } }];

/** A Deployment, or what else is named, as the API server returns it. */
export function objectOf(parts: ObjectParts = {}): Json {
  const { apiVersion = 'apps/v1', kind = 'Deployment', name = 'web', namespace = 'shop', replicas = 3, containers = WEB } = parts;
  const template = {
    metadata: { labels: { app: name } },
    spec: {
      containers: containers.map(containerObject),
      ...(parts.init && { initContainers: parts.init.map(containerObject) }),
      ...parts.podSpec,
    },
  };
  const hasReplicas = !['DaemonSet', 'CronJob', 'Job'].includes(kind);
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z', ...parts.metadata },
    spec: {
      ...(hasReplicas && { replicas }),
      ...(kind === 'CronJob' ? { jobTemplate: { spec: { template } } } : { template }),
      ...parts.spec,
    },
  };
}

function containerObject({ name, image, requests, limits, more }: ContainerParts): Json {
  return {
    name,
    image: image ?? `registry.example/${name}:1`,
    resources: { ...(requests && { requests }), ...(limits && { limits }) },
    ...more,
  };
}

/** The workload of such an object with its pods running. */
export function workloadOf(object: Json, more: Partial<Workload> = {}): Workload {
  const { apiVersion, kind } = object as { apiVersion: string; kind: string };
  const read = controller(apiVersion, kind, object);
  const count = read.replicas ?? 2;
  return {
    ref: { apiVersion, kind, namespace: read.namespace, name: read.name, uid: read.uid },
    labels: read.labels,
    annotations: read.annotations,
    createdAt: read.createdAt,
    ...(read.replicas !== undefined && { desiredReplicas: read.replicas }),
    containers: read.containers,
    ...(read.containersPath !== undefined && { containersPath: read.containersPath }),
    podLabels: read.podLabels,
    podAnnotations: {},
    pods: Array.from({ length: count }, (_, at) => podOf(`${read.name}-${at}`, read.containers)),
    replicaSetNames: [],
    autoscalers: [],
    disruptionBudgets: [],
    leases: [],
    services: [],
    mountsPersistentVolume: read.mountsPersistentVolume,
    ...(read.deletesVolumesWhenScaled && { deletesVolumesWhenScaled: true }),
    ...(read.updateStrategy !== undefined && { updateStrategy: read.updateStrategy }),
    ...(read.priorityClassName !== undefined && { priorityClassName: read.priorityClassName }),
    ...more,
  };
}

export function podOf(name: string, containers: Workload['containers'], more: Partial<Pod> = {}): Pod {
  return {
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    phase: 'Running',
    ready: true,
    createdAt: NOW - 40 * DAY * 1000,
    hostNetwork: false,
    serviceAccountName: 'default',
    mountsServiceAccountToken: true,
    labels: {},
    annotations: {},
    containers,
    states: [],
    ...more,
  };
}

/** A fortnight in Prometheus at a sample in 30 s, unless told otherwise. */
export function usageOf(container: string, more: Partial<ContainerUsage> = {}): ContainerUsage {
  return {
    container,
    source: 'prometheus',
    fromMs: NOW - 14 * DAY * 1000,
    toMs: NOW,
    samples: 14 * 2880,
    cpuP99Cores: 0.1,
    cpuPeakCores: 0.2,
    memoryPeakBytes: 200 * MIB,
    ...more,
  };
}

export function idleOf(workload: Workload, more: Partial<IdleFinding> = {}): IdleFinding {
  return {
    workload: workload.ref,
    verdict: 'idle',
    confidence: 0.96,
    reason: 'CPU below 5 % of its request for 30 h',
    pods: workload.pods.length,
    idleSinceMs: NOW - 5 * DAY * 1000,
    use: {},
    requested: {},
    factors: [],
    missing: [],
    ...more,
  };
}

export function scalerOf(more: Partial<Autoscaler> = {}): Autoscaler {
  return {
    kind: 'HorizontalPodAutoscaler',
    name: 'web',
    minReplicas: 2,
    maxReplicas: 10,
    currentReplicas: 3,
    metrics: [],
    ...more,
  };
}

export function limitRange(parts: Partial<ContainerLimitRange>): ContainerLimitRange {
  return {
    namespace: 'shop',
    name: 'bounds',
    min: {},
    max: {},
    default: {},
    defaultRequest: {},
    maxLimitRequestRatio: {},
    ...parts,
  };
}

/** The input of a plan about these workloads; usage by workload, in the same order. */
export function inputOf(
  workloads: readonly Workload[],
  usages: readonly (readonly ContainerUsage[])[],
  more: Partial<PlanInput> = {},
): PlanInput {
  return {
    cluster: { id: 'cluster-1', context: 'test', server: 'https://127.0.0.1:6443', simulated: false },
    madeAtMs: NOW,
    evidence: { fromMs: NOW - 14 * DAY * 1000, toMs: NOW, sources: ['prometheus'] },
    findings: [],
    workloads,
    usage: new Map(workloads.map(({ ref }, at) => [workloadKey(ref), { containers: usages[at] ?? [] }])),
    limitRanges: [],
    resourceQuotas: [],
    nodes: [],
    prices: PRICES,
    settings: DEFAULT_OPTIMIZE_SETTINGS,
    ...more,
  };
}
