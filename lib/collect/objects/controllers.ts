/** What is kept of owners and of the objects that surround a workload: controllers, autoscalers, budgets, leases, services, nodes, limit ranges, quotas. */

import type { Requirement } from '../../types/placement.ts';
import type {
  Autoscaler,
  ContainerLimitRange,
  ContainerSpec,
  DisruptionBudget,
  Lease,
  Node,
  QuotaAmounts,
  ResourceQuota,
  Resources,
  Service,
} from '../../types/workload.ts';
import type { ListSpec } from './lists.ts';
import { keepingAnnotation, otherAllocatable, taints } from './placement.ts';
import {
  annotations,
  count,
  instant,
  list,
  type OwnedPod,
  type OwnerReference,
  ownerOf,
  type Raw,
  record,
  resources,
  strings,
  templateLabels,
  text,
} from './read.ts';
import { selectorOf } from './selector.ts';
import { templateContainers } from './template.ts';

/** A controller of pods, or of other controllers. */
export interface Controller {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly owner: OwnerReference | undefined;
  /** Names of those who wrote its fields. */
  readonly managers: readonly string[];
  readonly replicas: number | undefined;
  readonly containers: readonly ContainerSpec[];
  readonly containersPath: string | undefined;
  readonly podLabels: Readonly<Record<string, string>>;
  readonly podAnnotations: Readonly<Record<string, string>>;
  readonly priorityClassName: string | undefined;
  readonly mountsPersistentVolume: boolean;
  readonly deletesVolumesWhenScaled: boolean;
  readonly updateStrategy: string | undefined;
}

/** Reads a controller whose pod template stands at `/spec/template`, or deeper for a CronJob. */
export function controller(apiVersion: string, kind: string, value: unknown): Controller {
  const raw = record(value);
  const metadata = record(raw.metadata);
  const spec = record(raw.spec);
  const jobSpec = record(record(spec.jobTemplate).spec);
  const nested = jobSpec.template !== undefined;
  const template = record(nested ? jobSpec.template : spec.template);
  const podSpec = record(template.spec);
  const hasTemplate = podSpec.containers !== undefined;
  const podMetadata = record(template.metadata);
  return {
    apiVersion,
    kind,
    namespace: text(metadata.namespace),
    name: text(metadata.name),
    uid: text(metadata.uid),
    createdAt: instant(metadata.creationTimestamp) ?? 0,
    labels: strings(metadata.labels),
    annotations: annotations(metadata.annotations),
    owner: ownerOf(metadata),
    managers: list(metadata.managedFields).map((entry) => text(entry.manager)),
    replicas: count(spec.replicas),
    containers: templateContainers(podSpec),
    containersPath: hasTemplate ? `${nested ? '/spec/jobTemplate' : ''}/spec/template/spec/containers` : undefined,
    podLabels: strings(podMetadata.labels),
    podAnnotations: annotations(podMetadata.annotations),
    priorityClassName: podSpec.priorityClassName === undefined ? undefined : text(podSpec.priorityClassName),
    mountsPersistentVolume:
      list(podSpec.volumes).some((volume) => volume.persistentVolumeClaim !== undefined) ||
      list(spec.volumeClaimTemplates).length > 0,
    deletesVolumesWhenScaled: record(spec.persistentVolumeClaimRetentionPolicy).whenScaled === 'Delete',
    updateStrategy: text(record(spec.strategy ?? spec.updateStrategy).type) || undefined,
  };
}

/** A pod as the owner of itself, or of other pods, as a Spark driver is. */
export function podAsController(pod: OwnedPod): Controller {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: pod.namespace,
    name: pod.name,
    uid: pod.uid,
    createdAt: pod.createdAt,
    labels: pod.labels,
    annotations: pod.annotations,
    owner: pod.owner,
    managers: [],
    replicas: undefined,
    containers: pod.containers,
    containersPath: undefined,
    podLabels: templateLabels(pod.labels),
    podAnnotations: pod.annotations,
    priorityClassName: pod.priorityClassName,
    mountsPersistentVolume: pod.mountsPersistentVolume,
    deletesVolumesWhenScaled: false,
    updateStrategy: undefined,
  };
}

function controllers(apiVersion: string, kind: string, resource: string, without: string): ListSpec<Controller> {
  return {
    source: resource,
    groupVersion: `/apis/${apiVersion}`,
    resource,
    namespaced: true,
    managedFields: true,
    keep: (item) => controller(apiVersion, kind, item),
    without,
  };
}

export const CONTROLLER_LISTS: readonly ListSpec<Controller>[] = [
  controllers('apps/v1', 'ReplicaSet', 'replicasets', 'the Deployment of a pod is told from its labels'),
  controllers('apps/v1', 'Deployment', 'deployments', 'age, replicas and template of a Deployment are unknown'),
  controllers('apps/v1', 'StatefulSet', 'statefulsets', 'age, replicas and template of a StatefulSet are unknown'),
  controllers('apps/v1', 'DaemonSet', 'daemonsets', 'the template of a DaemonSet is unknown'),
  controllers('batch/v1', 'Job', 'jobs', 'the CronJob of a run is unknown'),
  controllers('batch/v1', 'CronJob', 'cronjobs', 'schedules are unknown'),
];

/** An autoscaler with what it points to. */
export interface TargetedAutoscaler extends Autoscaler {
  readonly namespace: string;
  readonly targetKind: string;
  readonly targetName: string;
}

export const AUTOSCALERS: ListSpec<TargetedAutoscaler> = {
  source: 'horizontalpodautoscalers',
  groupVersion: '/apis/autoscaling/v2',
  resource: 'horizontalpodautoscalers',
  namespaced: true,
  without: 'nothing is proposed that an autoscaler could undo',
  keep: (item) => {
    const { metadata, spec, status } = parts(item);
    const target = record(spec.scaleTargetRef);
    return {
      kind: 'HorizontalPodAutoscaler',
      namespace: text(metadata.namespace),
      name: text(metadata.name),
      targetKind: text(target.kind),
      targetName: text(target.name),
      minReplicas: count(spec.minReplicas) ?? 1,
      maxReplicas: count(spec.maxReplicas) ?? 1,
      currentReplicas: count(status.currentReplicas) ?? 0,
      metrics: list(spec.metrics).map(autoscalerMetric),
    };
  },
};

function autoscalerMetric(raw: Raw): Autoscaler['metrics'][number] {
  const body = record(raw.resource ?? raw.containerResource ?? raw.pods ?? raw.object ?? raw.external);
  const target = record(body.target);
  const type = text(target.type);
  const percent = count(target.averageUtilization);
  const known = type === 'Utilization' || type === 'AverageValue' || type === 'Value';
  return {
    name: text(body.name) || text(record(body.metric).name),
    target: known ? type : 'Unknown',
    ...(percent !== undefined && { percent }),
  };
}

/** KEDA's, asked only where its API is served. */
export const SCALED_OBJECTS: ListSpec<TargetedAutoscaler> = {
  source: 'scaledobjects',
  groupVersion: '/apis/keda.sh/v1alpha1',
  resource: 'scaledobjects',
  namespaced: true,
  without: 'KEDA scalers are not seen',
  keep: (item) => {
    const { metadata, spec } = parts(item);
    const target = record(spec.scaleTargetRef);
    return {
      kind: 'ScaledObject',
      namespace: text(metadata.namespace),
      name: text(metadata.name),
      targetKind: text(target.kind) || 'Deployment',
      targetName: text(target.name),
      minReplicas: count(spec.minReplicaCount) ?? 0,
      maxReplicas: count(spec.maxReplicaCount) ?? 100,
      currentReplicas: 0,
      metrics: list(spec.triggers).map((trigger) => ({ name: text(trigger.type), target: 'Unknown' as const })),
    };
  },
};

/** The vertical autoscaler's, asked only where its API is served. */
export const VERTICAL_AUTOSCALERS: ListSpec<TargetedAutoscaler> = {
  source: 'verticalpodautoscalers',
  groupVersion: '/apis/autoscaling.k8s.io/v1',
  resource: 'verticalpodautoscalers',
  namespaced: true,
  without: 'vertical autoscalers are not seen',
  keep: (item) => {
    const { metadata, spec } = parts(item);
    if (record(spec.updatePolicy).updateMode === 'Off') return undefined;
    const target = record(spec.targetRef);
    return {
      kind: 'VerticalPodAutoscaler',
      namespace: text(metadata.namespace),
      name: text(metadata.name),
      targetKind: text(target.kind),
      targetName: text(target.name),
      minReplicas: 0,
      maxReplicas: 0,
      currentReplicas: 0,
      metrics: [],
    };
  },
};

export interface SelectingBudget extends DisruptionBudget {
  readonly namespace: string;
  /** Undefined: none, which selects no pod, while an empty one selects all. */
  readonly selector: readonly Requirement[] | undefined;
}

export const DISRUPTION_BUDGETS: ListSpec<SelectingBudget> = {
  source: 'poddisruptionbudgets',
  groupVersion: '/apis/policy/v1',
  resource: 'poddisruptionbudgets',
  namespaced: true,
  without: 'quorums are not seen',
  keep: (item) => {
    const { metadata, spec, status } = parts(item);
    return {
      namespace: text(metadata.namespace),
      name: text(metadata.name),
      selector: selectorOf(spec.selector),
      desiredHealthy: count(status.desiredHealthy) ?? 0,
      ...(spec.minAvailable !== undefined && { minAvailable: text(spec.minAvailable) }),
      ...(spec.maxUnavailable !== undefined && { maxUnavailable: text(spec.maxUnavailable) }),
    };
  },
};

export interface NamespacedLease extends Lease {
  readonly namespace: string;
}

/** Node heartbeats are leases too; they hold no election. */
export const LEASES: ListSpec<NamespacedLease> = {
  source: 'leases',
  groupVersion: '/apis/coordination.k8s.io/v1',
  resource: 'leases',
  namespaced: true,
  without: 'standbys of leader elections are not recognised',
  keep: (item) => {
    const { metadata, spec } = parts(item);
    if (metadata.namespace === 'kube-node-lease') return undefined;
    const renewedAt = instant(spec.renewTime);
    const durationSeconds = count(spec.leaseDurationSeconds);
    return {
      namespace: text(metadata.namespace),
      name: text(metadata.name),
      holder: text(spec.holderIdentity),
      ...(renewedAt !== undefined && { renewedAt }),
      ...(durationSeconds !== undefined && { durationSeconds }),
    };
  },
};

export const SERVICES: ListSpec<Service> = {
  source: 'services',
  groupVersion: '/api/v1',
  resource: 'services',
  namespaced: true,
  without: 'requests that an ingress counts cannot be assigned',
  keep: (item) => {
    const { metadata, spec } = parts(item);
    return {
      namespace: text(metadata.namespace),
      name: text(metadata.name),
      type: text(spec.type),
      selector: strings(spec.selector),
    };
  },
};

export const NODES: ListSpec<Node> = {
  source: 'nodes',
  groupVersion: '/api/v1',
  resource: 'nodes',
  namespaced: false,
  without: 'capacity is unknown',
  keep: (item) => {
    const { metadata, spec, status } = parts(item);
    const keptOff = taints(spec.taints);
    const others = otherAllocatable(status.allocatable);
    const keptBy = keepingAnnotation(strings(metadata.annotations));
    return {
      name: text(metadata.name),
      labels: strings(metadata.labels),
      allocatable: resources(status.allocatable),
      ...(Object.keys(others).length > 0 && { otherAllocatable: others }),
      ready: list(status.conditions).some((condition) => condition.type === 'Ready' && condition.status === 'True'),
      ...(keptOff.length > 0 && { taints: keptOff }),
      ...(spec.unschedulable === true && { cordoned: true as const }),
      ...(keptBy !== undefined && { keptBy }),
      ...(spec.providerID !== undefined && { providerId: text(spec.providerID) }),
    };
  },
};

/** One row for each limit of type Container. */
export const LIMIT_RANGES: ListSpec<readonly ContainerLimitRange[]> = {
  source: 'limitranges',
  groupVersion: '/api/v1',
  resource: 'limitranges',
  namespaced: true,
  without: 'the bounds of a namespace are left to the dry-run',
  keep: (item) => {
    const { metadata, spec } = parts(item);
    return list(spec.limits)
      .filter((limit) => limit.type === 'Container')
      .map((limit) => ({
        namespace: text(metadata.namespace),
        name: text(metadata.name),
        min: resources(limit.min),
        max: resources(limit.max),
        default: resources(limit.default),
        defaultRequest: resources(limit.defaultRequest),
        maxLimitRequestRatio: resources(limit.maxLimitRequestRatio),
      }));
  },
};

/** Scopes that every pod with requests of a workload which is not to end falls under; a quota with others counts other pods. */
const GENERAL_SCOPES: ReadonlySet<unknown> = new Set(['NotTerminating', 'NotBestEffort']);

/** One that counts only pods of some priority classes, of jobs or without requests is left out. */
export const RESOURCE_QUOTAS: ListSpec<ResourceQuota> = {
  source: 'resourcequotas',
  groupVersion: '/api/v1',
  resource: 'resourcequotas',
  namespaced: true,
  without: 'whether what grows fits into the quota of its namespace is not known',
  keep: (item) => {
    const { metadata, spec, status } = parts(item);
    const scopes = Array.isArray(spec.scopes) ? spec.scopes : [];
    if (spec.scopeSelector !== undefined || !scopes.every((scope) => GENERAL_SCOPES.has(scope))) return undefined;
    const [hard, used] = [record(spec.hard), record(status.used)];
    const amounts = (section: 'requests' | 'limits'): QuotaAmounts => ({
      hard: quotaAmounts(hard, section),
      used: quotaAmounts(used, section),
    });
    return {
      namespace: text(metadata.namespace),
      name: text(metadata.name),
      requests: amounts('requests'),
      limits: amounts('limits'),
    };
  },
};

/** `cpu` is another name of `requests.cpu`. */
function quotaAmounts(raw: Raw, section: 'requests' | 'limits'): Resources {
  const short = section === 'requests' ? raw : {};
  return resources({ cpu: raw[`${section}.cpu`] ?? short.cpu, memory: raw[`${section}.memory`] ?? short.memory });
}

function parts(item: unknown): { readonly metadata: Raw; readonly spec: Raw; readonly status: Raw } {
  const raw = record(item);
  return { metadata: record(raw.metadata), spec: record(raw.spec), status: record(raw.status) };
}
