/** Use of nodes at this moment from metrics.k8s.io: v1, then v1beta1. */

import type { KubeClient } from '../kube/client.ts';
import { parseDuration } from '../types/duration.ts';
import { messageOf, type UpidError } from '../types/errors.ts';
import type { NodeSample } from '../types/observation.ts';
import { parseQuantity } from '../types/quantity.ts';
import { formatRight, type Right } from '../types/right.ts';
import type { SourceReport } from '../types/source.ts';
import { listMetrics, METRICS_SOURCE } from './metrics-api.ts';
import { record, text } from './objects/read.ts';

/** What a source tells of one node. */
export type NodeUse = Pick<NodeSample, 'source' | 'cpuCores' | 'memoryBytes' | 'networkBytesPerSecond' | 'windowSeconds'>;

export const NODE_USE_SOURCE = 'nodes.metrics.k8s.io';

const NODE_USE_RIGHT: Right = { verb: 'list', resource: NODE_USE_SOURCE };

/** By the node's name. A metrics API that is missing, forbidden or ill becomes the report. */
export async function collectNodeUse(
  client: KubeClient,
  signal: AbortSignal,
): Promise<{ readonly use: ReadonlyMap<string, NodeUse>; readonly report: SourceReport }> {
  const answer = await listMetrics(client, 'nodes', { source: NODE_USE_SOURCE, signal, keep: useOf });
  if (answer.items === undefined) return { use: new Map(), report: refusalReport(answer.refusal) };
  return {
    use: new Map(answer.items),
    report: { source: NODE_USE_SOURCE, state: 'used', gave: `${answer.items.length} nodes` },
  };
}

/** Use of each node by the first source that measured a figure; the source that is named is that of its CPU, else the first. */
export function bestNodeUse(sources: readonly ReadonlyMap<string, NodeUse>[]): ReadonlyMap<string, NodeUse> {
  const names = new Set(sources.flatMap((use) => [...use.keys()]));
  return new Map([...names].map((name) => [name, best(sources.flatMap((use) => use.get(name) ?? []))] as const));
}

/** Of one node, at least one. */
function best(uses: readonly NodeUse[]): NodeUse {
  const measured = (figure: 'cpuCores' | 'memoryBytes' | 'networkBytesPerSecond'): NodeUse | undefined =>
    uses.find((use) => !Number.isNaN(use[figure]));
  const first = measured('cpuCores') ?? uses[0]!;
  return {
    ...first,
    memoryBytes: measured('memoryBytes')?.memoryBytes ?? Number.NaN,
    networkBytesPerSecond: measured('networkBytesPerSecond')?.networkBytesPerSecond ?? Number.NaN,
  };
}

function useOf(item: unknown): readonly [string, NodeUse] {
  const raw = record(item);
  const usage = record(raw.usage);
  return [
    text(record(raw.metadata).name),
    {
      source: METRICS_SOURCE,
      cpuCores: parseQuantity(text(usage.cpu)) ?? Number.NaN,
      memoryBytes: parseQuantity(text(usage.memory)) ?? Number.NaN,
      networkBytesPerSecond: Number.NaN,
      windowSeconds: parseDuration(text(raw.window)) ?? 0,
    },
  ];
}

function refusalReport(refusal: UpidError | undefined): SourceReport {
  if (refusal?.id === 'forbidden') {
    return {
      source: NODE_USE_SOURCE,
      state: 'forbidden',
      reason: `no right to ${formatRight(NODE_USE_RIGHT)}; use of nodes is not recorded`,
      remedy: `grant the right to ${formatRight(NODE_USE_RIGHT)}`,
      right: NODE_USE_RIGHT,
    };
  }
  const missing = refusal === undefined || refusal.id === 'not-found' || refusal.id === 'api-missing';
  return missing
    ? { source: NODE_USE_SOURCE, state: 'absent', reason: 'the cluster does not serve metrics.k8s.io' }
    : { source: NODE_USE_SOURCE, state: 'failed', reason: messageOf(refusal), remedy: 'see whether metrics-server is healthy' };
}
