/** The objects of a description, as a real API server is to be given them, and those that stand around them. */

import type { ClusterDescription, NodeDescription, WorkloadDescription } from '../../../lib/kube/simulated/description.ts';
import { controllerManifest, limitRangeManifest, type Manifest, manifestsOf } from '../../../lib/kube/simulated/manifests.ts';
import { type Api, forEach, type KubeObject } from '../api.ts';
import { KUBELET_PORT, nodeAddress } from '../network.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** KWOK lets a run of a Job that has this go on; all others end after some seconds (config/kwok.yaml). */
const KEEPS_RUNNING = { 'test-cluster/keeps-running': 'true' };

/** Where objects of a kind are created. */
export function collectionOf({ apiVersion, kind, metadata }: Manifest): string {
  const root = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { namespace } = metadata as { readonly namespace?: string };
  return `${root}${namespace === undefined ? '' : `/namespaces/${namespace}`}/${pluralOf(kind)}`;
}

export function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  return name.endsWith('s') ? `${name}es` : name.endsWith('y') ? `${name.slice(0, -1)}ies` : `${name}s`;
}

export function namespacesOf(description: ClusterDescription): readonly string[] {
  const all = [...description.workloads, ...(description.limitRanges ?? [])].map(({ namespace }) => namespace);
  return [...new Set(all)].toSorted();
}

/** A registered node: KWOK says that it is ready, the rest is as the kubelet would have written it. */
export function nodeManifest(node: NodeDescription, index: number): Manifest {
  const room = { cpu: node.cpu, memory: node.memory, 'ephemeral-storage': '100Gi', pods: '110' };
  const labels = {
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    ...(node.instanceType !== undefined && { 'node.kubernetes.io/instance-type': node.instanceType }),
    ...(node.zone !== undefined && {
      'topology.kubernetes.io/zone': node.zone,
      'topology.kubernetes.io/region': node.zone.replace(/[a-z]$/, ''),
    }),
  };
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: node.name, labels, annotations: { 'kwok.x-k8s.io/node': 'simulated' } },
    status: {
      addresses: [
        { type: 'InternalIP', address: nodeAddress(index) },
        { type: 'Hostname', address: node.name },
      ],
      daemonEndpoints: { kubeletEndpoint: { Port: KUBELET_PORT } },
      capacity: room,
      allocatable: room,
      nodeInfo: {
        architecture: 'amd64',
        operatingSystem: 'linux',
        kubeletVersion: 'v1.37.2',
        kubeProxyVersion: '',
        containerRuntimeVersion: 'containerd://2.2.0',
        osImage: 'Debian GNU/Linux 13 (trixie)',
        kernelVersion: '6.12.48',
        machineID: '',
        systemUUID: '',
        bootID: '',
      },
    },
  };
}

/** Creates everything of a description but nodes and namespaces. Pods come by and by. */
export async function createObjects(api: Api, description: ClusterDescription, nowMs: number): Promise<void> {
  for (const name of priorityClassesOf(description)) {
    await api.create('/apis/scheduling.k8s.io/v1/priorityclasses', {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name },
      value: 1000,
    });
  }
  for (const range of description.limitRanges ?? []) await create(api, limitRangeManifest(range));
  await createDefinitions(api, description);
  await forEach(description.workloads, (workload) => createWorkload(api, workload, nowMs));
}

function create(api: Api, manifest: Manifest): Promise<KubeObject> {
  return api.create(collectionOf(manifest), manifest);
}

function priorityClassesOf({ workloads }: ClusterDescription): ReadonlySet<string> {
  const names = workloads.map(({ priorityClassName }) => priorityClassName);
  return new Set(names.filter((name) => name !== undefined && !name.startsWith('system-')) as string[]);
}

async function createWorkload(api: Api, workload: WorkloadDescription, nowMs: number): Promise<void> {
  for (const volume of volumesOf(workload)) await create(api, volume);
  const owner = workload.owner ? await create(api, ownerManifest(workload, workload.owner)) : undefined;
  const controller = controllerManifest(workload);
  for (const manifest of manifestsOf(workload)) {
    const isController = manifest.kind === controller.kind && manifest.metadata.name === controller.metadata.name;
    const made = await create(api, isController ? controllerToCreate(workload, manifest, owner) : manifest);
    if (isController && workload.kind === 'CronJob' && workload.replicas > 0) {
      await create(api, cronJobRun(workload, manifest, made, nowMs));
    }
  }
}

function controllerToCreate(workload: WorkloadDescription, manifest: Manifest, owner: KubeObject | undefined): Manifest {
  const owned = owner && workload.owner ? withOwner(manifest, workload.owner, owner) : manifest;
  return workload.kind === 'Job' ? kept(owned) : owned;
}

function withOwner(
  manifest: Manifest,
  { apiVersion, kind }: { readonly apiVersion: string; readonly kind: string },
  { metadata }: KubeObject,
): Manifest {
  const reference = { apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true, blockOwnerDeletion: true };
  return { ...manifest, metadata: { ...manifest.metadata, ownerReferences: [reference] } };
}

interface JobSpec {
  readonly template: { readonly metadata: { readonly annotations?: object }; readonly spec: object };
}

/** A Job whose run goes on. */
function kept(job: Manifest): Manifest {
  const spec = job.spec as JobSpec;
  const metadata = { ...spec.template.metadata, annotations: { ...spec.template.metadata.annotations, ...KEEPS_RUNNING } };
  return { ...job, spec: { ...spec, template: { ...spec.template, metadata } } };
}

/** The run of a CronJob that still goes on, named as the controller names them. */
function cronJobRun(workload: WorkloadDescription, manifest: Manifest, cronJob: KubeObject, nowMs: number): Manifest {
  const scheduledMs = nowMs - (workload.podAgeHours ?? 1) * HOUR_MS;
  const { jobTemplate } = manifest.spec as { readonly jobTemplate: { readonly spec: JobSpec } };
  const job: Manifest = {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: `${workload.name}-${Math.floor(scheduledMs / MINUTE_MS)}`,
      namespace: workload.namespace,
      labels: manifest.metadata.labels,
    },
    spec: jobTemplate.spec,
  };
  return kept(withOwner(job, { apiVersion: 'batch/v1', kind: 'CronJob' }, cronJob));
}

/** What claims are bound to; nobody provisions here. */
function volumesOf({ volumeClaim, kind, name, namespace, replicas }: WorkloadDescription): readonly Manifest[] {
  if (!volumeClaim) return [];
  const claims =
    kind === 'StatefulSet' ? Array.from({ length: replicas }, (_, index) => `data-${name}-${index}`) : [`${name}-data`];
  return claims.map((claim) => ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `${namespace}-${claim}` },
    spec: {
      capacity: { storage: volumeClaim.storage },
      accessModes: ['ReadWriteOnce'],
      claimRef: { namespace, name: claim },
      hostPath: { path: `/var/lib/${claim}` },
    },
  }));
}

type Owner = NonNullable<WorkloadDescription['owner']>;

function ownerManifest({ namespace, replicas, labels }: WorkloadDescription, { apiVersion, kind, name }: Owner): Manifest {
  return { apiVersion, kind, metadata: { name, namespace, ...(labels && { labels }) }, spec: { replicas } };
}

/** The definitions of custom owners, and waits until the API server serves them. */
async function createDefinitions(api: Api, { workloads }: ClusterDescription): Promise<void> {
  const owners = workloads.map(({ owner }) => owner).filter((owner) => owner !== undefined);
  const kinds = new Map(owners.map((owner) => [`${owner.apiVersion} ${owner.kind}`, owner]));
  for (const { apiVersion, kind } of kinds.values()) {
    const [group = '', version = ''] = apiVersion.split('/');
    await create(api, definition(group, version, kind));
    await until(`${kind} to be served`, async () => {
      const served = await api.send('GET', `/apis/${apiVersion}/${pluralOf(kind)}`).catch(() => undefined);
      return served !== undefined;
    });
  }
}

function definition(group: string, version: string, kind: string): Manifest {
  const plural = pluralOf(kind);
  const openAPIV3Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      scope: 'Namespaced',
      names: { plural, singular: kind.toLowerCase(), kind },
      versions: [{ name: version, served: true, storage: true, schema: { openAPIV3Schema } }],
    },
  };
}

/** Asks again and again. @throws Error after two minutes, with what was waited for. */
export async function until(what: string, done: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + 120_000;
  while (!(await done())) {
    if (performance.now() > end) throw new Error(`the cluster lets wait for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
