/**
 * Use of containers, networks and nodes from the kubelets' `/stats/summary`, through the API server's node proxy. A node that
 * does not answer costs its pods' figures and is named. The right (`get nodes/proxy`) also opens exec into pods: asked on request only.
 */

import type { KubeClient } from '../../kube/client.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { formatRight, type Right } from '../../types/right.ts';
import type { SourceReport } from '../../types/source.ts';
import type { Sample } from '../../types/usage.ts';
import type { Pod, Workload } from '../../types/workload.ts';
import { type KnownContainer, knownContainers } from '../known-containers.ts';
import type { NodeUse } from '../node-use.ts';
import { cpuRate, type KnownReadings, networkRate, readingKey } from './rates.ts';
import { type ContainerReading, type NodeReading, type PodReading, readSummary } from './summary.ts';

export const KUBELET_SOURCE = 'kubelet';

export const KUBELET_RIGHT: Right = { verb: 'get', resource: 'nodes/proxy' };

/** An answer of a node with 100 pods is 300 KB, and each passes through the API server. */
const NODES_AT_A_TIME = 4;
/** A node that is gone must not hold up the others: the API server itself waits longer. */
const NODE_SECONDS = 10;
/** So many failed nodes are named. */
const NAMED_NODES = 3;

export interface KubeletScope {
  /** Nodes to ask; those on which a pod of a workload runs when the list is empty or may not be read. */
  readonly nodes: readonly string[];
  readonly sidecars: readonly string[];
  /** Readings of the round before, for rates. */
  readonly before: KnownReadings;
  readonly nodesBefore: ReadonlyMap<string, NodeReading>;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export interface KubeletAnswer {
  readonly samples: readonly Sample[];
  readonly nodes: ReadonlyMap<string, NodeUse>;
  /** What the next round needs. */
  readonly readings: KnownReadings;
  readonly nodeReadings: ReadonlyMap<string, NodeReading>;
  readonly report: SourceReport;
}

/** One row per container, and one per pod whose network rate is known. Never fatal but for cancellation. */
export async function collectKubelets(
  client: KubeClient,
  workloads: readonly Workload[],
  scope: KubeletScope,
): Promise<KubeletAnswer> {
  const names = scope.nodes.length > 0 ? scope.nodes : nodesOf(workloads);
  const answers = await askNodes(client, names, scope.signal);
  const nodes = answers.flatMap(({ reading }) => reading ?? []);
  const known = knownContainers(workloads, scope.sidecars);
  const pods = new Map(workloads.flatMap((workload) => workload.pods.map((pod) => [pod.uid, { workload, pod }] as const)));
  const samples = nodes.flatMap((node) =>
    node.pods.flatMap((reading) => {
      const owner = pods.get(reading.uid);
      return owner ? rowsOf(reading, owner, known, scope) : [];
    }),
  );
  return {
    samples,
    nodes: new Map(nodes.map((node) => [node.node, nodeUse(node, scope)])),
    readings: new Map(nodes.flatMap((node) => node.pods.map((reading) => [readingKey(reading), reading] as const))),
    nodeReadings: new Map(nodes.map((node) => [node.node, node])),
    report: reportOf(answers, samples),
  };
}

function nodesOf(workloads: readonly Workload[]): readonly string[] {
  return [...new Set(workloads.flatMap(({ pods }) => pods.flatMap(({ node }) => node ?? [])))].toSorted();
}

interface NodeAnswer {
  readonly node: string;
  readonly reading?: NodeReading;
  readonly error?: UpidError;
}

async function askNodes(client: KubeClient, nodes: readonly string[], signal: AbortSignal): Promise<readonly NodeAnswer[]> {
  const answers: NodeAnswer[] = [];
  const waiting = [...nodes];
  let forbidden = false;
  const worker = async (): Promise<void> => {
    for (let node = waiting.shift(); node !== undefined; node = waiting.shift()) {
      // Who may not ask one node may ask none.
      if (forbidden) return;
      const answer = await askNode(client, node, signal);
      forbidden ||= answer.error?.id === 'forbidden';
      answers.push(answer);
    }
  };
  await Promise.all(Array.from({ length: NODES_AT_A_TIME }, worker));
  return answers;
}

async function askNode(client: KubeClient, node: string, signal: AbortSignal): Promise<NodeAnswer> {
  const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/stats/summary`;
  try {
    const reading = readSummary(await client.getJson(path, { source: KUBELET_SOURCE, timeoutSeconds: NODE_SECONDS, signal }));
    if (reading) return { node, reading };
    return { node, error: new UpidError('server-error', 'it answered something else than a summary') };
  } catch (error) {
    // The API server itself is asked for other things meanwhile: what concerns all of them is told there.
    if (error instanceof UpidError && error.id !== 'cancelled') return { node, error };
    throw error;
  }
}

interface Owner {
  readonly workload: Workload;
  readonly pod: Pod;
}

function rowsOf(
  reading: PodReading,
  { workload, pod }: Owner,
  known: ReadonlyMap<string, KnownContainer>,
  scope: KubeletScope,
): readonly Sample[] {
  const before = scope.before.get(readingKey(reading));
  const base = {
    namespace: pod.namespace,
    workloadKind: workload.ref.kind,
    workloadName: workload.ref.name,
    pod: pod.name,
    source: KUBELET_SOURCE,
    requests: Number.NaN,
  };
  const containers = reading.containers.flatMap((container): readonly Sample[] => {
    const owner = known.get(`${pod.namespace}/${pod.name}/${container.container}`);
    if (!owner) return [];
    const earlier = before?.containers.find((each) => each.container === container.container);
    return [{ ...base, container: container.container, app: owner.app, ...containerFigures(container, earlier, scope.nowMs) }];
  });
  // A host-network pod shows its node's counters.
  const network = pod.hostNetwork ? undefined : networkRate(before?.network, reading.network);
  if (!network || !reading.network) return containers;
  return [
    ...containers,
    {
      ...base,
      container: '',
      app: true,
      atMs: Math.min(reading.network.atMs, scope.nowMs),
      cpuCores: Number.NaN,
      memoryBytes: Number.NaN,
      networkBytesPerSecond: network.perSecond,
      windowSeconds: network.seconds,
    },
  ];
}

/** By the counter where there are two readings: it misses nothing between them. */
function containerFigures(
  reading: ContainerReading,
  before: ContainerReading | undefined,
  nowMs: number,
): Pick<Sample, 'atMs' | 'cpuCores' | 'memoryBytes' | 'networkBytesPerSecond' | 'windowSeconds' | 'cpuPeakCores'> {
  const rate = cpuRate(before, reading);
  const cpuCores = rate?.perSecond ?? reading.cpuCores ?? Number.NaN;
  return {
    // A node's clock ahead of ours must not put a sample into the future.
    atMs: Math.min(reading.cpuAtMs ?? reading.memoryAtMs ?? nowMs, nowMs),
    cpuCores,
    // What the kubelet measured over its own, shorter window lies within the interval.
    ...(rate && reading.cpuCores !== undefined && reading.cpuCores > rate.perSecond && { cpuPeakCores: reading.cpuCores }),
    memoryBytes: reading.memoryBytes ?? Number.NaN,
    networkBytesPerSecond: Number.NaN,
    windowSeconds: rate?.seconds ?? 0,
  };
}

function nodeUse(node: NodeReading, { nodesBefore }: KubeletScope): NodeUse {
  const before = nodesBefore.get(node.node);
  const cpu = cpuRate(before, node);
  const network = networkRate(before?.network, node.network);
  return {
    source: KUBELET_SOURCE,
    cpuCores: cpu?.perSecond ?? node.cpuCores ?? Number.NaN,
    memoryBytes: node.memoryBytes ?? Number.NaN,
    networkBytesPerSecond: network?.perSecond ?? Number.NaN,
    windowSeconds: cpu?.seconds ?? network?.seconds ?? 0,
  };
}

function reportOf(answers: readonly NodeAnswer[], samples: readonly Sample[]): SourceReport {
  const failed = answers.flatMap(({ node, error }) => (error ? [{ node, error }] : []));
  if (failed.some(({ error }) => error.id === 'forbidden')) {
    return {
      source: KUBELET_SOURCE,
      state: 'forbidden',
      reason: `no right to ${formatRight(KUBELET_RIGHT)}; network and volumes are not measured`,
      remedy: `grant the right to ${formatRight(KUBELET_RIGHT)}, which also opens exec into pods, or leave --kubelet out`,
      right: KUBELET_RIGHT,
    };
  }
  const networks = samples.filter(({ container }) => container === '').length;
  const answered = answers.length - failed.length;
  const gave = `${answered} of ${answers.length} nodes, ${samples.length - networks} containers, network of ${networks} pods`;
  if (failed.length > 0) {
    const named = failed.slice(0, NAMED_NODES).map(({ node, error }) => `${node} (${messageOf(error)})`);
    const more = failed.length > NAMED_NODES ? ` and ${failed.length - NAMED_NODES} more` : '';
    return {
      source: KUBELET_SOURCE,
      state: answered > 0 ? 'partial' : 'failed',
      ...(answered > 0 && { gave }),
      reason: `no summary from ${named.join(', ')}${more}`,
      remedy: 'see whether these nodes are ready: kubectl get nodes',
    };
  }
  if (networks > 0 || samples.length === 0)
    return { source: KUBELET_SOURCE, state: answers.length === 0 ? 'absent' : 'used', gave };
  return {
    source: KUBELET_SOURCE,
    state: 'partial',
    gave,
    reason: 'counters of networks become rates with the second reading',
    remedy: 'run it again in some seconds',
  };
}
