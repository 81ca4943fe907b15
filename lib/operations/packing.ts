/** The nodes of a cluster that was looked at, packed: apart from `simulate`, which reads plan files, and with them YAML. */

import { listPrices } from '../money/list-prices.ts';
import { nodeEffects } from '../optimize/simulation/effect.ts';
import type { Recommendation } from '../types/plan.ts';
import type { NodeEffect } from '../types/simulation.ts';
import type { ClusterObjects } from '../types/workload.ts';

/** What recommendations do to the nodes: see `nodeEffects`. */
export function effectsOn({
  workloads,
  nodes,
}: Pick<ClusterObjects, 'workloads' | 'nodes'>): (recommendations: readonly Recommendation[]) => NodeEffect {
  return nodeEffects({ workloads, nodes, prices: listPrices(nodes) });
}

/** Why it cannot be told which nodes come free; undefined where it can. @param namespace that was looked at; empty: all */
export function withoutNodes(namespace: string, nodes: number): string | undefined {
  if (namespace !== '')
    return `only pods of namespace ${namespace} were looked at, and pods of others are on the same nodes: look at all namespaces with -A`;
  return nodes === 0 ? 'the nodes could not be listed' : undefined;
}
