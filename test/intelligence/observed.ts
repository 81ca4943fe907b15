/** Described workloads as an API server would list them at a moment, read by the very code that reads a cluster. */

import { collectObjects } from '../../lib/collect/objects/collect.ts';
import type { KubeClient, ListOptions } from '../../lib/kube/client.ts';
import type { WorkloadDescription } from '../../lib/kube/simulated/description.ts';
import { type Manifest, manifestsOf, podLabels } from '../../lib/kube/simulated/manifests.ts';
import { uid } from '../../lib/kube/simulated/random.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { Workload } from '../../lib/types/workload.ts';

const HOUR_MS = 3_600_000;

type Listed = Readonly<Record<string, unknown>>;

/** The workloads of a description, in the order of listings. */
export async function observed(workloads: readonly WorkloadDescription[], nowMs: number): Promise<readonly Workload[]> {
  const objects = workloads.flatMap((workload) => objectsOf(workload, nowMs));
  const scope = { namespace: '', names: [], chunkSize: 0 };
  const options = { nowMs, signal: new AbortController().signal, progress: () => undefined };
  const collected = await collectObjects(clientOf(objects), scope, options);
  return collected.objects.workloads;
}

/** When the pods of a description began to run. */
export function podStart(workload: WorkloadDescription, nowMs: number): number {
  return nowMs - (workload.podAgeHours ?? workload.ageHours) * HOUR_MS;
}

export function podName(workload: WorkloadDescription, replica: number): string {
  if (workload.kind === 'Pod') return workload.name;
  return workload.kind === 'StatefulSet' ? `${workload.name}-${replica}` : `${workload.name}-5d8f7c9b6-x${replica}z2k`;
}

function objectsOf(workload: WorkloadDescription, nowMs: number): readonly Listed[] {
  const createdAt = new Date(nowMs - workload.ageHours * HOUR_MS).toISOString();
  const [around, controller] = partition(manifestsOf(workload), (each) => each.kind === workload.kind);
  const top = controller[0]!;
  const surroundings = around.map((each) => withStatus(dated(each, createdAt, workload), workload));
  const pods = Array.from({ length: workload.replicas }, (_, replica) => podOf(workload, top, replica, nowMs));
  if (workload.kind === 'Pod') return [...pods, ...surroundings];
  return [...surroundings, ...chain(workload, dated(top, createdAt, workload)), ...leaseOf(workload, nowMs), ...pods];
}

function partition<T>(items: readonly T[], matches: (item: T) => boolean): readonly [readonly T[], readonly T[]] {
  return [items.filter((item) => !matches(item)), items.filter(matches)];
}

function dated(manifest: Manifest, creationTimestamp: string, workload: WorkloadDescription): Listed {
  const id = uid('observed', manifest.kind, workload.namespace, workload.name);
  return { ...manifest, metadata: { ...manifest.metadata, creationTimestamp, uid: id } };
}

/** What controllers would have written. */
function withStatus(object: Listed, workload: WorkloadDescription): Listed {
  if (object.kind === 'HorizontalPodAutoscaler') return { ...object, status: { currentReplicas: workload.replicas } };
  if (object.kind === 'PodDisruptionBudget') {
    return { ...object, status: { desiredHealthy: Number(workload.disruptionBudget?.minAvailable ?? 0) } };
  }
  return object;
}

/** From the top down to what owns the pods. */
function chain(workload: WorkloadDescription, top: Listed): readonly Listed[] {
  const below = { Deployment: replicaSet(workload), CronJob: run(workload) }[workload.kind as string];
  return below ? [withOwner(top, workload), below] : [withOwner(top, workload)];
}

function withOwner(top: Listed, { owner }: WorkloadDescription): Listed {
  if (!owner) return top;
  const reference = { ...owner, uid: uid('observed', owner.kind, owner.name), controller: true };
  return { ...top, metadata: { ...(top.metadata as object), ownerReferences: [reference] } };
}

function replicaSet(workload: WorkloadDescription): Listed {
  const metadata = ownedBy(workload, 'apps/v1', 'Deployment', workload.name, `${workload.name}-5d8f7c9b6`);
  return { apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata, spec: {} };
}

function run(workload: WorkloadDescription): Listed {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: ownedBy(workload, 'batch/v1', 'CronJob', workload.name, `${workload.name}-1`),
    spec: {},
  };
}

function ownedBy(workload: WorkloadDescription, apiVersion: string, kind: string, owner: string, name: string): Listed {
  const reference = { apiVersion, kind, name: owner, uid: uid('observed', kind, workload.namespace, owner), controller: true };
  return { name, namespace: workload.namespace, uid: uid('observed', name), ownerReferences: [reference] };
}

function podOwner(workload: WorkloadDescription, name: string): Listed {
  switch (workload.kind) {
    case 'Deployment':
      return ownedBy(workload, 'apps/v1', 'ReplicaSet', `${workload.name}-5d8f7c9b6`, name);
    case 'CronJob':
      return ownedBy(workload, 'batch/v1', 'Job', `${workload.name}-1`, name);
    case 'Job':
      return ownedBy(workload, 'batch/v1', 'Job', workload.name, name);
    case 'StatefulSet':
    case 'DaemonSet':
      return ownedBy(workload, 'apps/v1', workload.kind, workload.name, name);
    case 'Pod':
      return { name, namespace: workload.namespace, uid: uid('observed', name) };
  }
}

function podOf(workload: WorkloadDescription, top: Manifest, replica: number, nowMs: number): Listed {
  const startTime = new Date(podStart(workload, nowMs)).toISOString();
  const template = templateOf(top);
  const name = podName(workload, replica);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      ...podOwner(workload, name),
      creationTimestamp: startTime,
      labels: podLabels(workload),
      ...(workload.podAnnotations && { annotations: workload.podAnnotations }),
    },
    spec: { serviceAccountName: 'default', ...template, nodeName: 'node-1' },
    status: {
      phase: 'Running',
      startTime,
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: workload.containers.map(({ name: container }) => ({
        name: container,
        ready: true,
        restartCount: 0,
        state: { running: { startedAt: startTime } },
      })),
    },
  };
}

function templateOf({ kind, spec }: Manifest): object {
  const read = (value: unknown, ...path: readonly string[]): object =>
    path.reduce((inner: object, key) => (inner as Record<string, object>)[key]!, value as object);
  if (kind === 'Pod') return spec as object;
  return kind === 'CronJob' ? read(spec, 'jobTemplate', 'spec', 'template', 'spec') : read(spec, 'template', 'spec');
}

function leaseOf(workload: WorkloadDescription, nowMs: number): readonly Listed[] {
  if (!workload.lease) return [];
  const holderIdentity = `${podName(workload, workload.lease.holderReplica)}_4f1d`;
  const renewTime = new Date(nowMs - 5000).toISOString();
  const metadata = { name: workload.lease.name, namespace: workload.namespace };
  return [
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata,
      spec: { holderIdentity, renewTime, leaseDurationSeconds: 15 },
    },
  ];
}

/** Lists of objects at hand; everything else is not served. */
function clientOf(objects: readonly Listed[]): KubeClient {
  const missing = (path: string): never => {
    throw new UpidError('not-found', `${path} is not served`);
  };
  return {
    context: 'test',
    server: 'https://test.example',
    namespace: 'default',
    simulated: true,
    async stream() {},
    async list<T>(path: string, { keep }: ListOptions<T>) {
      const plural = path.split('/').at(-1);
      const items = objects.filter(({ kind }) => `${String(kind).toLowerCase()}s` === plural);
      return { items: items.map(keep).filter((item) => item !== undefined), resourceVersion: '1' };
    },
    getJson: async (path) => missing(path),
    getText: async (path) => missing(path),
    send: async (_method, path) => missing(path),
    traffic: () => [],
    close: async () => undefined,
  };
}
