/** Everything about objects: the lists side by side, pods gathered under the top of their ownership chains. */

import { createHash } from 'node:crypto';
import type { KubeClient } from '../../kube/client.ts';
import { UpidError } from '../../types/errors.ts';
import { holdsAll } from '../../types/placement.ts';
import { formatRight, type Right } from '../../types/right.ts';
import type { ReportProgress, SourceReport } from '../../types/source.ts';
import {
  type ClusterIdentity,
  type ClusterObjects,
  type ObjectReference,
  type Workload,
  workloadOrder,
} from '../../types/workload.ts';
import {
  AUTOSCALERS,
  CONTROLLER_LISTS,
  type Controller,
  DISRUPTION_BUDGETS,
  LEASES,
  LIMIT_RANGES,
  type NamespacedLease,
  NODES,
  podAsController,
  RESOURCE_QUOTAS,
  SCALED_OBJECTS,
  SERVICES,
  type SelectingBudget,
  type TargetedAutoscaler,
  VERTICAL_AUTOSCALERS,
} from './controllers.ts';
import { getOrUndefined, type Listed, type ListSpec, listOrReport, listRight } from './lists.ts';
import { managementOf } from './management.ts';
import { OwnerIndex } from './owners.ts';
import { placementReader } from './placement.ts';
import { instant, type OwnedPod, pod, record, templateLabels, text } from './read.ts';
import { ROUTES, rulesTo, type ServingRule } from './routes.ts';
import { mapSelects } from './selector.ts';

/** Which objects are looked at. */
export interface ObjectScope {
  /** Empty for all namespaces. */
  readonly namespace: string;
  /** Applied to pods, as `kubectl get pods -l` does. */
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** These workloads (or the workloads of these pods) are asked about; all when empty. */
  readonly names: readonly { readonly kind: string; readonly name: string }[];
  readonly chunkSize: number;
}

export interface CollectOptions {
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  /** Told as soon as it is known which cluster this is, while its objects are still listed. */
  readonly identified?: (cluster: ClusterIdentity) => void;
}

export interface CollectedObjects {
  readonly cluster: ClusterIdentity;
  /** All workloads in scope, also those that were not named: a standby is recognised by its neighbours. */
  readonly objects: ClusterObjects;
  /** The workloads that were named; all of them when none was. */
  readonly named: readonly Workload[];
  /** The names that no workload has. */
  readonly notFound: ObjectScope['names'];
  readonly reports: readonly SourceReport[];
}

const PODS: Omit<ListSpec<OwnedPod>, 'keep'> = {
  source: 'pods',
  groupVersion: '/api/v1',
  resource: 'pods',
  namespaced: true,
  without: 'nothing can be said about use',
};

function keepPod(): ListSpec<OwnedPod>['keep'] {
  const placementOf = placementReader();
  return (item) => {
    const raw = record(item);
    // A pod that is being deleted serves nobody, however long its node keeps it.
    if (record(raw.metadata).deletionTimestamp !== undefined) return undefined;
    const placement = placementOf(record(raw.spec));
    return { ...pod(raw), ...(placement && { placement }) };
  };
}

/** Asked only where their API group is served. */
const OPTIONAL_AUTOSCALERS: readonly ListSpec<TargetedAutoscaler>[] = [SCALED_OBJECTS, VERTICAL_AUTOSCALERS];

/**
 * Lists pods, their owners and what surrounds them. Lists that fail or are forbidden become reports.
 * @throws UpidError forbidden when not even pods may be listed, and whatever keeps the cluster from answering at all
 */
export async function collectObjects(client: KubeClient, scope: ObjectScope, options: CollectOptions): Promise<CollectedObjects> {
  const lists = await listAll(client, scope, options);
  const owners = new OwnerIndex(client, [...lists.controllers, ...lists.pods.map(podAsController)], options.signal);
  const workloads = await gather(lists, owners);
  const objects: ClusterObjects = {
    observedAt: options.nowMs,
    workloads: workloads.toSorted((a, b) => workloadOrder(a.ref, b.ref)),
    nodes: lists.nodes,
    limitRanges: lists.limitRanges.flat(),
    resourceQuotas: lists.resourceQuotas,
    unread: lists.reports.filter(({ state }) => state === 'forbidden' || state === 'failed').map(({ source }) => source),
  };
  const named = objects.workloads.filter((workload) => isNamed(workload, scope.names));
  const notFound = scope.names.filter((name) => !named.some((workload) => goesBy(workload, name)));
  return { cluster: lists.cluster, objects, named, notFound, reports: [...lists.reports, ...owners.reports] };
}

interface Lists {
  readonly cluster: ClusterIdentity;
  readonly pods: readonly OwnedPod[];
  readonly controllers: readonly Controller[];
  readonly autoscalers: readonly TargetedAutoscaler[];
  readonly budgets: readonly SelectingBudget[];
  readonly leases: readonly NamespacedLease[];
  readonly services: Listed<Workload['services'][number]>['items'];
  /** Undefined where the Gateway API is not served. */
  readonly routes: readonly ServingRule[] | undefined;
  readonly nodes: ClusterObjects['nodes'];
  readonly limitRanges: readonly ClusterObjects['limitRanges'][];
  readonly resourceQuotas: ClusterObjects['resourceQuotas'];
  readonly reports: readonly SourceReport[];
}

async function listAll(client: KubeClient, scope: ObjectScope, { signal, progress, identified }: CollectOptions): Promise<Lists> {
  const reports: SourceReport[] = [];
  const where = { namespace: scope.namespace, chunkSize: scope.chunkSize, signal };
  const listed = async <T>(spec: ListSpec<T>): Promise<readonly T[]> => {
    const { items, report } = await listOrReport(client, spec, where);
    reports.push(report);
    return items;
  };
  const groups = servedGroups(client, signal);
  const served = async <T>(specs: readonly ListSpec<T>[]): Promise<readonly T[] | undefined> => {
    const known = await groups;
    const present = specs.filter(({ groupVersion }) => known.has(groupVersion.split('/')[2] ?? ''));
    return present.length === 0 ? undefined : (await Promise.all(present.map(listed))).flat();
  };
  const [
    cluster,
    pods,
    controllers,
    autoscalers,
    optional,
    budgets,
    leases,
    services,
    routes,
    nodes,
    limitRanges,
    resourceQuotas,
  ] = await Promise.all([
    identify(client, signal, reports).then((found) => {
      identified?.(found);
      return found;
    }),
    listPods(client, scope, where, progress, reports),
    Promise.all(CONTROLLER_LISTS.map(listed)),
    listed(AUTOSCALERS),
    served(OPTIONAL_AUTOSCALERS),
    listed(DISRUPTION_BUDGETS),
    listed(LEASES),
    listed(SERVICES),
    served(ROUTES),
    listed(NODES),
    listed(LIMIT_RANGES),
    listed(RESOURCE_QUOTAS),
  ]);
  return {
    cluster,
    pods,
    controllers: controllers.flat(),
    autoscalers: [...autoscalers, ...(optional ?? [])],
    budgets,
    leases,
    services,
    routes: routes?.flat(),
    nodes,
    limitRanges,
    resourceQuotas,
    reports: reports.toSorted((a, b) => REPORT_ORDER.indexOf(a.source) - REPORT_ORDER.indexOf(b.source)),
  };
}

/** Everything that is listed, in the order in which it is told; what is optional is asked only where it is served. */
export const OBJECT_LISTS: readonly (Pick<
  ListSpec<unknown>,
  'source' | 'groupVersion' | 'resource' | 'namespaced' | 'without'
> & {
  readonly optional: boolean;
})[] = [
  ...[PODS, ...CONTROLLER_LISTS, AUTOSCALERS].map((spec) => ({ ...spec, optional: false })),
  ...OPTIONAL_AUTOSCALERS.map((spec) => ({ ...spec, optional: true })),
  ...[DISRUPTION_BUDGETS, LEASES, SERVICES].map((spec) => ({ ...spec, optional: false })),
  ...ROUTES.map((spec) => ({ ...spec, optional: true })),
  ...[LIMIT_RANGES, RESOURCE_QUOTAS, NODES].map((spec) => ({ ...spec, optional: false })),
];

const REPORT_ORDER: readonly string[] = [...OBJECT_LISTS.map(({ source }) => source), 'identity'];

async function listPods(
  client: KubeClient,
  scope: ObjectScope,
  where: { readonly namespace: string; readonly chunkSize: number; readonly signal: AbortSignal },
  progress: ReportProgress,
  reports: SourceReport[],
): Promise<readonly OwnedPod[]> {
  const selectors = {
    ...(scope.labelSelector !== undefined && { labelSelector: scope.labelSelector }),
    ...(scope.fieldSelector !== undefined && { fieldSelector: scope.fieldSelector }),
  };
  const { items, report } = await listOrReport(client, { ...PODS, keep: keepPod() }, where, selectors, (done, remaining) =>
    progress({ step: 'listing pods', done, ...(remaining !== undefined && { of: done + remaining }) }),
  );
  if (report.state === 'forbidden') {
    throw new UpidError('forbidden', `${report.reason}`, {
      remedy: `ask for the right to ${formatRight(listRight(PODS, where.namespace))}${where.namespace === '' ? ', or name one namespace with -n' : ''}`,
    });
  }
  if (report.state !== 'used')
    throw new UpidError('server-error', `pods cannot be listed: ${report.reason}`, { remedy: report.remedy ?? 'try again' });
  reports.push(report);
  return items;
}

/** Names of the API groups the cluster serves; empty where discovery fails, which costs only the optional lists. */
async function servedGroups(client: KubeClient, signal: AbortSignal): Promise<ReadonlySet<string>> {
  const raw = await getOrUndefined(client, '/apis', 'discovery', signal);
  const groups = Array.isArray(raw?.groups) ? (raw.groups as readonly unknown[]) : [];
  return new Set(groups.map((group) => text(record(group).name)));
}

/** What it takes to know which cluster this is. */
export const IDENTITY_RIGHT: Right = { verb: 'get', resource: 'namespaces/kube-system' };

/** Which cluster this is; what keeps it from being told is added to `reports`. */
export async function identify(client: KubeClient, signal: AbortSignal, reports: SourceReport[]): Promise<ClusterIdentity> {
  const [system, version] = await Promise.all([
    getOrUndefined(client, '/api/v1/namespaces/kube-system', 'identity', signal),
    getOrUndefined(client, '/version', 'identity', signal),
  ]);
  const uid = text(record(system?.metadata).uid);
  if (uid === '') {
    reports.push({
      source: 'identity',
      state: 'forbidden',
      reason: `no right to ${formatRight(IDENTITY_RIGHT)}, whose UID names the cluster; its history is kept under the server address instead`,
      remedy: `grant the right to ${formatRight(IDENTITY_RIGHT)}`,
      right: IDENTITY_RIGHT,
    });
  }
  return {
    id: uid || `server-${createHash('sha256').update(client.server).digest('hex').slice(0, 16)}`,
    context: client.context,
    server: client.server,
    simulated: client.simulated,
    ...(version?.gitVersion !== undefined && { version: text(version.gitVersion) }),
  };
}

/** One workload for each top of a chain that has pods; of what has none nothing runs. */
async function gather(lists: Lists, owners: OwnerIndex): Promise<readonly Workload[]> {
  const groups = new Map<string, Group>();
  const groupOf = (top: Controller): Group => {
    const id = `${top.namespace}/${top.apiVersion}/${top.kind}/${top.name}`;
    const group = groups.get(id) ?? {
      top,
      pods: [],
      replicaSetNames: new Set<string>(),
      controllers: new Set([`${top.kind}/${top.name}`]),
      samples: new Map<string, OwnedPod>(),
      template: undefined,
    };
    groups.set(id, group);
    return group;
  };
  const chains = await Promise.all(lists.pods.map((pod) => owners.chainOf(pod)));
  for (const [at, pod] of lists.pods.entries()) {
    const chain = chains[at] ?? [];
    const top = chain.at(-1) ?? podAsController(pod);
    const group = groupOf(top);
    group.pods.push(pod);
    for (const below of chain.slice(0, -1)) group.replicaSetNames.add(below.name);
    for (const owner of chain) group.controllers.add(`${owner.kind}/${owner.name}`);
    group.template ??= chain.toReversed().find((owner) => owner.containersPath !== undefined);
    const known = group.samples.get(pod.owner?.name ?? '');
    if (!known || known.createdAt < pod.createdAt) group.samples.set(pod.owner?.name ?? '', pod);
  }
  addReplicaSetNames(lists.controllers, groupOf, groups);
  const around = surroundings(lists);
  return [...groups.values()].filter((group) => group.pods.length > 0).map((group) => workloadOf(group, around));
}

interface Group {
  readonly top: Controller;
  readonly pods: OwnedPod[];
  readonly replicaSetNames: Set<string>;
  /** `Kind/name` of every owner in the pods' chains: an autoscaler may point to any of them. */
  readonly controllers: Set<string>;
  /** The newest pod of each direct owner: their labels differ where one custom object keeps several sets of pods. */
  readonly samples: Map<string, OwnedPod>;
  template: Controller | undefined;
}

/** Old ReplicaSets have no pods any more, but their names tell which pods of the past were the workload's. */
function addReplicaSetNames(
  controllers: readonly Controller[],
  groupOf: (top: Controller) => Group,
  groups: ReadonlyMap<string, Group>,
): void {
  for (const replicaSet of controllers) {
    if (replicaSet.kind !== 'ReplicaSet' || replicaSet.owner?.kind !== 'Deployment') continue;
    const id = `${replicaSet.namespace}/${replicaSet.owner.apiVersion}/Deployment/${replicaSet.owner.name}`;
    const group = groups.get(id);
    if (group) groupOf(group.top).replicaSetNames.add(replicaSet.name);
  }
}

/** Objects that surround workloads, by namespace, so that 10,000 pods do not scan 10,000 services. */
interface Surroundings {
  readonly autoscalers: ReadonlyMap<string, readonly TargetedAutoscaler[]>;
  readonly budgets: ReadonlyMap<string, readonly SelectingBudget[]>;
  readonly leases: ReadonlyMap<string, readonly NamespacedLease[]>;
  readonly services: ReadonlyMap<string, Lists['services']>;
  readonly routes: Lists['routes'];
}

function surroundings(lists: Lists): Surroundings {
  const byNamespace = <T extends { readonly namespace: string }>(items: readonly T[]) =>
    Map.groupBy(items, (item) => item.namespace);
  return {
    autoscalers: byNamespace(lists.autoscalers),
    budgets: byNamespace(lists.budgets),
    leases: byNamespace(lists.leases),
    services: byNamespace(lists.services),
    routes: lists.routes,
  };
}

function workloadOf(group: Group, around: Surroundings): Workload {
  const { top, pods } = group;
  const newest = pods.reduce((latest, candidate) => (candidate.createdAt > latest.createdAt ? candidate : latest));
  const labels = [...group.samples.values()].map((each) => each.labels);
  const podLabels = Object.keys(top.podLabels).length > 0 ? top.podLabels : templateLabels(newest.labels);
  const ref: ObjectReference = {
    apiVersion: top.apiVersion,
    kind: top.kind,
    namespace: top.namespace,
    name: top.name,
    uid: top.uid,
  };
  const management = managementOf(top);
  const template = top.containers.length > 0 ? top.containers : (group.template?.containers ?? newest.containers);
  const priorityClassName = top.priorityClassName ?? newest.priorityClassName;
  const services = (around.services.get(ref.namespace) ?? []).filter((service) =>
    labels.some((each) => mapSelects(service.selector, each)),
  );
  return {
    ref,
    labels: top.labels,
    annotations: top.annotations,
    createdAt: top.createdAt || oldest(pods),
    ...(top.replicas !== undefined && { desiredReplicas: top.replicas }),
    containers: template,
    ...(top.containersPath !== undefined && { containersPath: top.containersPath }),
    podLabels,
    podAnnotations: Object.keys(top.podAnnotations).length > 0 ? top.podAnnotations : newest.annotations,
    pods,
    replicaSetNames: [...group.replicaSetNames],
    autoscalers: (around.autoscalers.get(ref.namespace) ?? []).filter((scaler) =>
      group.controllers.has(`${scaler.targetKind}/${scaler.targetName}`),
    ),
    disruptionBudgets: (around.budgets.get(ref.namespace) ?? []).filter(
      ({ selector }) => selector !== undefined && labels.some((each) => holdsAll(selector, each)),
    ),
    leases: (around.leases.get(ref.namespace) ?? []).filter((lease) => holdsFor(lease, pods, ref.name)),
    services,
    ...(around.routes && { routes: rulesTo(services, around.routes) }),
    ...(management && { management }),
    mountsPersistentVolume: top.mountsPersistentVolume || pods.some((each) => each.mountsPersistentVolume),
    ...(top.deletesVolumesWhenScaled && { deletesVolumesWhenScaled: true }),
    ...(top.updateStrategy !== undefined && { updateStrategy: top.updateStrategy }),
    ...(priorityClassName !== undefined && { priorityClassName }),
  };
}

/** Holder identities are a pod's name, often with a suffix (`web-0_5c2f…`); some leases are named after the workload. */
function holdsFor(lease: NamespacedLease, pods: readonly OwnedPod[], workloadName: string): boolean {
  const holdsByPod = pods.some(
    (each) => lease.holder === each.name || lease.holder.startsWith(`${each.name}_`) || lease.holder.startsWith(`${each.name}/`),
  );
  return holdsByPod || isNamedAfter(lease.name, workloadName) || isPartner(lease.holder, workloadName);
}

/** Suffixes of the members of a pair. */
const MEMBER = /-(a|b|0|1|2|active|passive|primary|standby|secondary|leader|follower|backup)$/;

/** `ledger` or `ledger-leader` is the election of `ledger`, and of both `ledger-a` and `ledger-b` where each is a workload of its own. */
function isNamedAfter(leaseName: string, workloadName: string): boolean {
  const election = leaseName.replace(/(-(leader|leader-election|election|lock|lease))+$/, '');
  return leaseName === workloadName || election === workloadName || election === workloadName.replace(MEMBER, '');
}

/** `ledger-a-6d4b9c7f58-x2k9q` holds the election that `ledger-b` stands by for. */
function isPartner(holder: string, workloadName: string): boolean {
  const pod = holder.replace(/[_/].*$/, '');
  const workload = pod.replace(/(-[bcdf0-9][a-z0-9]{5,9})?-[a-z0-9]{5}$|-\d+$/, '');
  const base = workloadName.replace(MEMBER, '');
  return base !== workloadName && workload.replace(MEMBER, '') === base;
}

function oldest(pods: readonly OwnedPod[]): number {
  return pods.reduce(
    (earliest, each) => Math.min(earliest, each.createdAt),
    instant('9999-12-31T00:00:00Z') ?? Number.MAX_SAFE_INTEGER,
  );
}

function isNamed(workload: Workload, names: ObjectScope['names']): boolean {
  return names.length === 0 || names.some((name) => goesBy(workload, name));
}

/** A workload is also named by a pod or a ReplicaSet of it. */
function goesBy({ ref, pods, replicaSetNames }: Workload, { kind, name }: ObjectScope['names'][number]): boolean {
  return (
    (ref.kind.toLowerCase() === kind.toLowerCase() && ref.name === name) ||
    (kind.toLowerCase() === 'pod' && pods.some((each) => each.name === name)) ||
    (kind.toLowerCase() === 'replicaset' && replicaSetNames.includes(name))
  );
}
