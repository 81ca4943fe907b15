/** Makes objects as old as described. The API takes no creation time, so they are rewritten where they are stored. */

import type { ClusterDescription, WorkloadDescription } from '../../../lib/kube/simulated/description.ts';
import { forEach, type KubeObject } from '../api.ts';
import type { Etcd, StoredObject } from '../etcd.ts';
import { isRunning, Replicas, workloadFinder } from '../history/measured.ts';
import { HISTORY_NAMESPACE } from '../history/servers.ts';
import { namespacesOf, pluralOf } from './objects.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Under which keys the API server stores what has a namespace. */
const NAMESPACED = [
  'configmaps',
  'controllerrevisions',
  'cronjobs',
  'daemonsets',
  'deployments',
  'endpointslices',
  'horizontalpodautoscalers',
  'jobs',
  'leases',
  'limitranges',
  'persistentvolumeclaims',
  'poddisruptionbudgets',
  'pods',
  'replicasets',
  'serviceaccounts',
  'services/endpoints',
  'services/specs',
  'statefulsets',
];

/** These are as old as the last rollout. */
const OF_THE_ROLLOUT: ReadonlySet<string> = new Set(['Pod', 'ReplicaSet', 'ControllerRevision']);

/** Gives all objects of the description, and those that were there before it, their ages. */
export async function giveAges(
  etcd: Etcd,
  description: ClusterDescription,
  pods: readonly KubeObject[],
  nowMs: number,
): Promise<void> {
  const oldest = Math.max(DAY_MS, ...description.workloads.map(({ ageHours }) => ageHours * HOUR_MS));
  const createdAt = creationOf(description, nowMs, oldest);
  const killed = killedContainers(description, pods, nowMs);
  const aged = (object: StoredObject): StoredObject => {
    const { kind, metadata } = object as unknown as KubeObject & { readonly kind: string };
    const older = shifted(object, createdAt(object));
    if (kind === 'Pod') return withKills(older, killed.get(metadata.uid) ?? []);
    return kind === 'CronJob' ? withLastRun(older, nowMs) : older;
  };
  await etcd.edit('/registry/minions/', aged);
  await etcd.edit('/registry/namespaces/', aged);
  const prefixes = [...namespacesOf(description), HISTORY_NAMESPACE].flatMap((namespace) => [
    ...NAMESPACED.map((resource) => `/registry/${resource}/${namespace}/`),
    ...ownerPrefixes(description, namespace),
  ]);
  await forEach(prefixes, (prefix) => etcd.edit(prefix, aged), 4);
  // They would tell of a cluster that was made a minute ago; the API server itself keeps them for an hour.
  await etcd.deleteAll('/registry/events/');
}

function ownerPrefixes({ workloads }: ClusterDescription, namespace: string): readonly string[] {
  const owners = workloads.filter((workload) => workload.namespace === namespace).map(({ owner }) => owner);
  const kinds = owners.flatMap((owner) => (owner ? [`${owner.apiVersion.split('/')[0]}/${pluralOf(owner.kind)}`] : []));
  return [...new Set(kinds)].map((kind) => `/registry/${kind}/${namespace}/`);
}

function creationOf(description: ClusterDescription, nowMs: number, oldest: number): (object: StoredObject) => number {
  const find = workloadFinder(description);
  const owned = new Map(
    description.workloads.map((workload) => [`${workload.owner?.kind} ${workload.namespace}/${workload.owner?.name}`, workload]),
  );
  return (object) => {
    const { kind, metadata, ...rest } = object as unknown as KubeObject & { readonly kind: string };
    const workload = find({ metadata, ...rest }) ?? owned.get(`${kind} ${metadata.namespace}/${metadata.name}`);
    if (!workload) return nowMs - oldest;
    const isRun = workload.kind === 'CronJob' && kind === 'Job';
    return nowMs - (OF_THE_ROLLOUT.has(kind) || isRun ? podAge(workload) : workload.ageHours) * HOUR_MS;
  };
}

function podAge({ podAgeHours, ageHours }: WorkloadDescription): number {
  return Math.min(podAgeHours ?? ageHours, ageHours);
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/;

/** Times that say that something goes on. */
const OF_NOW: ReadonlySet<string> = new Set(['lastHeartbeatTime', 'renewTime', 'acquireTime']);

/** The object with all its times moved by as much as its creation has to be. */
function shifted(object: StoredObject, createdAt: number): StoredObject {
  const { creationTimestamp } = object.metadata as { readonly creationTimestamp: string };
  const delta = createdAt - Date.parse(creationTimestamp);
  return shift(object, delta) as StoredObject;
}

function shift(value: unknown, delta: number): unknown {
  if (typeof value === 'string') return INSTANT.test(value) ? seconds(Date.parse(value) + delta) : value;
  if (Array.isArray(value)) return value.map((item) => shift(item, delta));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, OF_NOW.has(name) ? item : shift(item, delta)]));
}

function seconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, 'Z');
}

interface Kill {
  readonly container: string;
  readonly atMs: number;
}

/** By the UID of the pod: one replica ran out of memory, not all at the same second. */
function killedContainers(
  description: ClusterDescription,
  pods: readonly KubeObject[],
  nowMs: number,
): ReadonlyMap<string, readonly Kill[]> {
  const first = new Replicas(description).addAll(pods.filter(isRunning)).filter(({ replica }) => replica === 0);
  return new Map(
    first.map(({ uid, workload }) => [
      uid,
      workload.containers.flatMap(({ name, oomKilledHoursAgo }) =>
        oomKilledHoursAgo === undefined ? [] : [{ container: name, atMs: nowMs - oomKilledHoursAgo * HOUR_MS }],
      ),
    ]),
  );
}

interface ContainerStatus {
  readonly name: string;
  readonly containerID?: string;
  readonly state?: { readonly running?: { readonly startedAt: string } };
}

function withKills(pod: StoredObject, kills: readonly Kill[]): StoredObject {
  if (kills.length === 0) return pod;
  const status = pod.status as { readonly containerStatuses?: readonly ContainerStatus[] };
  const containerStatuses = (status.containerStatuses ?? []).map((container) => {
    const kill = kills.find((each) => each.container === container.name);
    if (!kill) return container;
    const terminated = {
      exitCode: 137,
      reason: 'OOMKilled',
      startedAt: container.state?.running?.startedAt,
      finishedAt: seconds(kill.atMs),
    };
    return {
      ...container,
      restartCount: 1,
      lastState: { terminated },
      state: { running: { startedAt: seconds(kill.atMs + 2000) } },
    };
  });
  return { ...pod, status: { ...status, containerStatuses } };
}

/** The hour at which described CronJobs run (their schedule, in UTC). */
const RUN_HOUR = 3;

/** Else the controller would make up for the runs that an old CronJob seems to have missed. */
function withLastRun(cronJob: StoredObject, nowMs: number): StoredObject {
  const today = Math.floor(nowMs / DAY_MS) * DAY_MS + RUN_HOUR * HOUR_MS;
  const last = today <= nowMs ? today : today - DAY_MS;
  return { ...cronJob, status: { ...(cronJob.status as object), lastScheduleTime: seconds(last) } };
}
