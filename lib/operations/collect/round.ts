/**
 * One round: every pod, container, node and workload, from every source there is, recorded in the history. One source alone tells of a
 * container in a round, the best that knows it: Prometheus, then the kubelet, then metrics.k8s.io.
 */

import { collectKubelets, type KubeletAnswer } from '../../collect/kubelet/collect.ts';
import { collectMetrics } from '../../collect/metrics-api.ts';
import { bestNodeUse, collectNodeUse, type NodeUse } from '../../collect/node-use.ts';
import { collectObjects } from '../../collect/objects/collect.ts';
import { nodeRows, type PresentNode, type PresentWorkload, podRows, workloadRows } from '../../collect/present.ts';
import { collectMoment } from '../../collect/prometheus/moment.ts';
import type { KubeClient } from '../../kube/client.ts';
import { listPrices } from '../../money/list-prices.ts';
import { pricePerHour } from '../../money/savings.ts';
import type { History } from '../../store/history.ts';
import type { NodeSample, Observation, WorkloadSample } from '../../types/observation.ts';
import type { SourceReport } from '../../types/source.ts';
import type { Sample } from '../../types/usage.ts';
import type { ClusterIdentity, ClusterObjects, Workload } from '../../types/workload.ts';
import { backfill } from './backfill.ts';
import { type Departed, departedRow, knownPods, missed } from './departures.ts';
import type { CollectRequest, RoundSummary } from './request.ts';
import { type RoundState, readState, writeState } from './round-state.ts';

/** What a round rests on besides the request. */
export interface RoundContext {
  readonly client: KubeClient;
  /** Opens, or has open, the history of a cluster. @throws UpidError history-unwritable where there can be none */
  readonly historyOf: (cluster: ClusterIdentity) => History;
  /** Pods that a watch saw go since the round before; none where nothing watches. */
  readonly departed: readonly Departed[];
  /** UIDs of pods that are being deleted and will be told of by the watch. */
  readonly leaving: ReadonlySet<string>;
  readonly nowMs: number;
}

export interface Round {
  readonly summary: RoundSummary;
  /** By which pods that come and go are assigned. */
  readonly workloads: readonly Workload[];
}

/**
 * Collects and records. What is recorded is whole: a cancellation before that records nothing, and one during it waits.
 * @throws UpidError whatever keeps pods from being listed or the history from being written
 */
export async function collectRound(request: CollectRequest, context: RoundContext): Promise<Round> {
  const { client, nowMs } = context;
  const { runtime, progress, signal, scope } = request;
  const started = runtime.elapsed();
  const bytesBefore = receivedBytes(client);
  const namespace = scope.allNamespaces ? '' : (scope.namespace ?? client.namespace);
  const collected = await collectObjects(client, { ...scope, namespace }, { nowMs, signal, progress });
  const { objects, cluster, named: workloads } = collected;
  const history = context.historyOf(cluster);
  const before = await readState(history.folder);
  const use = await askSources(request, context, { namespace, objects, workloads, before });
  const observation = observe(workloads, objects, use, { namespace, before, context });

  signal.throwIfAborted();
  progress({ step: 'recording' });
  await history.record(observation);
  await writeState(history.folder, stateOf(observation, use.kubelet, { namespace, before, context }), runtime);
  const filled =
    request.backfillSeconds === undefined
      ? undefined
      : await backfill({
          ...request,
          client,
          history,
          // Of some of them it would be taken for the whole.
          workloads: objects.workloads,
          namespace,
          nowMs,
          seconds: request.backfillSeconds,
          sidecars: request.settings.sidecars,
        });

  const networks = use.samples.filter(({ container }) => container === '').length;
  return {
    workloads: objects.workloads,
    summary: {
      cluster,
      atMs: nowMs,
      namespace,
      folder: history.folder,
      pods: workloads.reduce((sum, { pods }) => sum + pods.length, 0),
      ended: observation.pods.filter(({ phase }) => phase === 'Gone').length,
      containers: use.samples.length - networks,
      networks,
      workloads: observation.workloads.length,
      nodes: observation.nodes.length,
      sources: [...collected.reports, ...use.reports, ...(filled?.reports ?? [])],
      backfilledSamples: filled?.rows ?? 0,
      seconds: (runtime.elapsed() - started) / 1000,
      receivedBytes: receivedBytes(client) - bytesBefore,
      problems: history.problems(),
    },
  };
}

interface Use {
  readonly samples: readonly Sample[];
  readonly nodes: ReadonlyMap<string, NodeUse>;
  readonly kubelet: KubeletAnswer | undefined;
  readonly reports: readonly SourceReport[];
}

interface Seen {
  readonly namespace: string;
  readonly objects: ClusterObjects;
  readonly workloads: readonly Workload[];
  readonly before: RoundState | undefined;
}

async function askSources(
  request: CollectRequest,
  { client, nowMs }: RoundContext,
  { namespace, objects, workloads, before }: Seen,
): Promise<Use> {
  const { settings, signal, scope, runtime } = request;
  const { sidecars } = settings;
  const [metrics, nodeUse, prometheus, kubelet] = await Promise.all([
    collectMetrics(client, workloads, { namespace, chunkSize: scope.chunkSize, sidecars, nowMs, signal }),
    collectNodeUse(client, signal),
    collectMoment(client, request.prometheus, workloads, {
      sinceMs: before?.atMs,
      nowMs,
      sidecars,
      signal,
      progress: request.progress,
      runtime,
    }),
    request.kubelet
      ? collectKubelets(client, workloads, {
          // Of one namespace, only nodes with pods of it are asked.
          nodes: namespace === '' ? objects.nodes.map(({ name }) => name) : [],
          sidecars,
          before: new Map(before?.readings),
          nodesBefore: new Map(before?.nodeReadings),
          nowMs,
          signal,
        })
      : undefined,
  ]);
  return {
    samples: bestOf([prometheus.samples, kubelet?.samples ?? [], metrics.samples]),
    nodes: bestNodeUse([kubelet?.nodes ?? new Map(), nodeUse.use]),
    kubelet,
    reports: [metrics.report, nodeUse.report, ...prometheus.reports, ...(kubelet ? [kubelet.report] : [])],
  };
}

/** Of rows of the same container, that of the first source. */
export function bestOf(sources: readonly (readonly Sample[])[]): readonly Sample[] {
  const best = new Map<string, Sample>();
  for (const sample of sources.flat()) {
    const key = `${sample.namespace}/${sample.pod}/${sample.container}`;
    if (!best.has(key)) best.set(key, sample);
  }
  return [...best.values()];
}

interface Around {
  readonly namespace: string;
  readonly before: RoundState | undefined;
  readonly context: RoundContext;
}

function observe(workloads: readonly Workload[], objects: ClusterObjects, use: Use, around: Around): Observation {
  const { nowMs, departed } = around.context;
  const present = podRows(workloads, nowMs);
  const prices = listPrices(objects.nodes);
  const known = (value: number): number => (Number.isNaN(value) ? 0 : value);
  const cost = (cpuCores: number, memoryBytes: number): number =>
    pricePerHour({ cpuCores: known(cpuCores), memoryBytes: known(memoryBytes) }, prices);
  const pricedWorkload = (row: PresentWorkload): WorkloadSample => ({
    ...row,
    costPerHour: cost(row.cpuRequestCores, row.memoryRequestBytes),
  });
  const pricedNode = (row: PresentNode): NodeSample => ({
    ...row,
    costPerHour: cost(row.allocatableCpuCores, row.allocatableMemoryBytes),
    currency: prices.currency,
    priceSource: prices.source,
  });
  // Of pods of one namespace, or of some, nothing can be said about what a node holds.
  const all = around.namespace === '' && workloads.length === objects.workloads.length;
  return {
    samples: use.samples,
    pods: [...present, ...departed.map(departedRow), ...missedRows(present, around)],
    workloads: workloadRows(workloads, present, nowMs).map(pricedWorkload),
    nodes: nodeRows(objects.nodes, all ? present : undefined, use.nodes, nowMs).map(pricedNode),
  };
}

/** Compared only with a round of the same scope. */
function missedRows(present: Observation['pods'], { namespace, before, context }: Around): Observation['pods'] {
  if (!before || before.namespace !== namespace) return [];
  const told = new Set([...context.departed.map(({ pod }) => pod.uid), ...context.leaving]);
  return missed(
    before.pods.filter(({ uid }) => !told.has(uid)),
    present,
    context.nowMs,
  );
}

function stateOf(
  observation: Observation,
  kubelet: KubeletAnswer | undefined,
  { namespace, before, context }: Around,
): RoundState {
  const departed = new Set(context.departed.map(({ pod }) => pod.uid));
  const present = observation.pods.filter(({ uid, phase }) => phase !== 'Gone' && !departed.has(uid));
  const uids = new Set(present.map(({ uid }) => uid));
  // Not listed any more, but not gone either.
  const leaving = (before?.pods ?? []).filter(({ uid }) => context.leaving.has(uid) && !uids.has(uid));
  return {
    atMs: context.nowMs,
    namespace,
    pods: [...knownPods(present), ...leaving],
    readings: kubelet ? [...kubelet.readings] : (before?.readings ?? []),
    nodeReadings: kubelet ? [...kubelet.nodeReadings] : (before?.nodeReadings ?? []),
  };
}

function receivedBytes(client: KubeClient): number {
  return client.traffic().reduce((sum, { bytes }) => sum + bytes, 0);
}
