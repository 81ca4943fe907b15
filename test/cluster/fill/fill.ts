/** Fills a cluster from a description: objects, their ages and states, and the history of their use until now and on. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterDescription, WorkloadDescription } from '../../../lib/kube/simulated/description.ts';
import { type Api, forEach, type KubeObject } from '../api.ts';
import type { TestCluster } from '../cluster.ts';
import { Etcd } from '../etcd.ts';
import { isRunning, Replicas, workloadFinder } from '../history/measured.ts';
import { writePlan } from '../history/plan.ts';
import { metricsAnswer } from '../metrics-server.ts';
import { giveAges } from './ages.ts';
import { createLeases } from './leases.ts';
import { createObjects, namespacesOf, nodeManifest, until } from './objects.ts';

export interface FillOptions {
  /** Length of the history; 7 when absent. */
  readonly days?: number;
  /** Distance of samples; 30 when absent. */
  readonly stepSeconds?: number;
  /** Waits until metrics-server answers for all pods, which takes some 20 s. Default: false. */
  readonly awaitMetrics?: boolean;
}

export interface FilledPod {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly node: string;
  /** Name of its workload, in the same namespace. */
  readonly workload: string;
  /** 0-based, as in the description. */
  readonly replica: number;
}

export interface FilledCluster {
  readonly description: ClusterDescription;
  /** The instant that the description's times are counted back from. */
  readonly nowMs: number;
  readonly days: number;
  readonly stepSeconds: number;
  /** Running pods of the described workloads. */
  readonly pods: readonly FilledPod[];
  /** How long each part took, in seconds. */
  readonly seconds: Readonly<Record<'objects' | 'pods' | 'ages' | 'history', number>>;
}

const FILLED_FILE = 'filled.json';

/** What the cluster of a run has been filled with, by whatever process; undefined: nothing yet. */
export function filledWith(folder: string): FilledCluster | undefined {
  const file = join(folder, FILLED_FILE);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as FilledCluster) : undefined;
}

/** @throws Error with what was waited for, where the cluster does not come to the described state. */
export async function fill(cluster: TestCluster, description: ClusterDescription, options: FillOptions): Promise<FilledCluster> {
  const { days = 7, stepSeconds = 30 } = options;
  const { api } = cluster;
  if (filledWith(cluster.folder)) throw new Error('the cluster is filled already');
  const nowMs = Math.floor(Date.now() / (stepSeconds * 1000)) * stepSeconds * 1000;
  const clock = stopwatch();
  await createNamespaces(api, namespacesOf(description));
  await forEach([...description.nodes.entries()], ([index, node]) => api.create('/api/v1/nodes', nodeManifest(node, index)));
  await createObjects(api, description, nowMs);
  const objects = clock();
  const fresh = await runningPods(api, description);
  await createLeases(api, description, fresh);
  const running = clock();
  await makeTrue(cluster, description, fresh, nowMs);
  const ages = clock();
  const pods = new Replicas(description).addAll((await api.list('/api/v1/pods')).filter(isRunning));
  if (cluster.history.length > 0 || cluster.hasMetricsServer) {
    writePlan(cluster.folder, { description, nowMs, days, stepSeconds, servers: cluster.history });
    await cluster.start('live');
  }
  const history = clock();
  const described = pods.filter(({ workload }) => description.workloads.includes(workload));
  if (options.awaitMetrics) await metricsAnswer(cluster, described.length);
  const filled: FilledCluster = {
    description,
    nowMs,
    days,
    stepSeconds,
    pods: described.map(({ namespace, name, uid, node, workload, replica }) => ({
      namespace,
      name,
      uid,
      node,
      workload: workload.name,
      replica,
    })),
    seconds: { objects, pods: running, ages, history },
  };
  writeFileSync(join(cluster.folder, FILLED_FILE), JSON.stringify(filled));
  return filled;
}

function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const before = last;
    last = performance.now();
    return Math.round((last - before) / 100) / 10;
  };
}

/** Pods are refused until a namespace has its service account. */
async function createNamespaces(api: Api, names: readonly string[]): Promise<void> {
  await forEach(names, async (name) => {
    await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
    await until(`the service account of ${name}`, async () =>
      api.get(`/api/v1/namespaces/${name}/serviceaccounts/default`).then(
        () => true,
        () => false,
      ),
    );
  });
}

/** Waits until the controllers have made all pods of the description, and history servers' ones, and KWOK runs them. */
async function runningPods(api: Api, description: ClusterDescription): Promise<readonly KubeObject[]> {
  const find = workloadFinder(description);
  const expected = description.workloads.reduce((sum, workload) => sum + expectedPods(description, workload), 0);
  let pods: readonly KubeObject[] = [];
  await until(`${expected} running pods`, async () => {
    const started = performance.now();
    pods = await api.list('/api/v1/pods?resourceVersion=0');
    const took = performance.now() - started;
    const done = pods.filter((pod) => find(pod) && isRunning(pod)).length === expected && pods.every(isRunning);
    // Asking for thousands of pods again and again would keep the server from making them.
    if (!done) await sleep(4 * took);
    return done;
  });
  return pods;
}

function expectedPods(description: ClusterDescription, { kind, replicas }: WorkloadDescription): number {
  if (kind === 'DaemonSet') return description.nodes.length;
  return kind === 'Pod' || kind === 'Job' ? 1 : kind === 'CronJob' ? Math.min(1, replicas) : replicas;
}

/** Ages and states that controllers and kubelets would have come to in the described time. */
async function makeTrue(
  cluster: TestCluster,
  description: ClusterDescription,
  pods: readonly KubeObject[],
  nowMs: number,
): Promise<void> {
  await settled(cluster.api, description);
  const etcd = new Etcd(cluster.etcdUrl);
  try {
    await giveAges(etcd, description, pods, nowMs);
  } finally {
    etcd.close();
  }
  await forEach(description.workloads, (workload) => writeAutoscalerStatus(cluster.api, workload, nowMs));
  await seenByLists(cluster.api, pods.length, nowMs);
}

/** Controllers that have still to write a status would write it over. */
async function settled(api: Api, { workloads }: ClusterDescription): Promise<void> {
  const deployments = workloads.filter(({ kind }) => kind === 'Deployment').length;
  await until('the status of all deployments', async () => {
    const all = await api.list('/apis/apps/v1/deployments?resourceVersion=0');
    const ready = all.filter(({ spec, status }) => status?.availableReplicas === spec?.replicas || spec?.replicas === 0);
    return ready.length >= deployments;
  });
}

/** The API server's cache follows etcd with some milliseconds' delay. */
async function seenByLists(api: Api, count: number, nowMs: number): Promise<void> {
  await until('the pods to be of the described ages', async () => {
    const pods = await api.list('/api/v1/pods?resourceVersion=0');
    const aged = pods.filter(({ metadata }) => Date.parse(metadata.creationTimestamp) < nowMs);
    return aged.length >= count;
  });
}

/** The controller does not run: it would change the number of pods. */
async function writeAutoscalerStatus(api: Api, workload: WorkloadDescription, nowMs: number): Promise<void> {
  const { autoscaler, namespace, name, replicas } = workload;
  if (!autoscaler) return;
  const condition = (type: string, status: string, reason: string): object => ({
    type,
    status,
    reason,
    message: reason,
    lastTransitionTime: new Date(nowMs - 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  const atFloor = replicas === autoscaler.min;
  const status = {
    currentReplicas: replicas,
    desiredReplicas: replicas,
    observedGeneration: 1,
    lastScaleTime: new Date(nowMs - 24 * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z'),
    currentMetrics: [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: atFloor ? 2 : autoscaler.cpuUtilization, averageValue: '2m' } },
      },
    ],
    conditions: [
      condition('AbleToScale', 'True', 'ReadyForNewScale'),
      condition('ScalingActive', 'True', 'ValidMetricFound'),
      condition('ScalingLimited', atFloor ? 'True' : 'False', atFloor ? 'TooFewReplicas' : 'DesiredWithinRange'),
    ],
  };
  const path = `/apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}/status`;
  await api.send('PATCH', path, { status }, 'application/merge-patch+json');
}
