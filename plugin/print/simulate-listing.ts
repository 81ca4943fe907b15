/** `kubectl upid simulate` as lists: what each change of the plan would have done, and what becomes of each node. */

import type { NodeEffect, ReplayedChange, SimulatedNode, SimulationResult } from '../../lib/types/simulation.ts';
import { objectName, type Resources } from '../../lib/types/workload.ts';
import { formatMoney, formatPercent, orNone, typeAndName } from './figures.ts';
import { instant, type JsonObject, referenceFields, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';
import { provenanceFields } from './provenance.ts';
import { resourceFields } from './resources.ts';
import { NONE } from './table.ts';

export function simulateListing(result: SimulationResult): Listing<ReplayedChange> {
  const { plan, nodes, withoutNodes } = result;
  const { simulated } = result.cluster;
  return {
    columns: CHANGE_COLUMNS,
    rows: result.changes.map((value) => ({ value, item: changeItem(value, simulated) })),
    list: (items) =>
      withoutAbsent({
        apiVersion: 'upid.dev/v1alpha1',
        kind: 'Simulation',
        metadata: {
          ...provenanceFields(result),
          plan: { madeAt: instant(plan.madeAtMs), context: plan.cluster.context, recommendations: plan.recommendations },
          ...(nodes && effectFields(nodes)),
          withoutNodes,
        },
        items,
        nodes: nodes?.nodes.map(nodeItem),
        unschedulable: nodes?.unschedulable,
      }) as JsonObject,
    name: ({ target }) => objectName(target),
    csvColumns: [
      'namespace',
      'kind',
      'name',
      'recommendation',
      'outcome',
      'findings',
      'from',
      'to',
      'apiVersion',
      'uid',
      'simulated',
    ],
  };
}

export const CHANGE_COLUMNS: readonly Column<ReplayedChange>[] = [
  { heading: 'NAMESPACE', cell: ({ target }) => target.namespace, sortKey: ({ target }) => target.namespace },
  { heading: 'NAME', cell: ({ target }) => typeAndName(target), sortKey: ({ target }) => target.name },
  { heading: 'ACTION', cell: ({ kind }) => kind, sortKey: ({ kind }) => kind },
  { heading: 'OUTCOME', cell: ({ outcome }) => outcome, sortKey: ({ outcome }) => outcome },
  { heading: 'HOURS', cell: (change) => orNone(hoursOf(change), String), sortKey: hoursOf },
  {
    heading: 'FINDINGS',
    cell: ({ findings }) => (findings.length === 0 ? NONE : findings.join('; ')),
    sortKey: ({ findings }) => findings.length,
  },
];

/** Hours that were replayed, of the value that most are known of. */
function hoursOf({ values, refused }: ReplayedChange): number | undefined {
  if (refused) return refused.ofHours;
  return values.length === 0 ? undefined : Math.max(...values.map(({ hours }) => hours));
}

/** Nodes of the same result, as a table of their own. */
export function nodeListing({ nodes }: NodeEffect): Listing<SimulatedNode> {
  return {
    columns: NODE_COLUMNS,
    rows: nodes.map((value) => ({ value, item: nodeItem(value) })),
    list: (items) => ({ items }),
    name: ({ name }) => `node/${name}`,
    csvColumns: [],
  };
}

const OUTCOMES: Readonly<Record<SimulatedNode['outcome'], string>> = {
  idle: 'idle already',
  freed: 'comes free',
  kept: 'stays',
};

const NODE_COLUMNS: readonly Column<SimulatedNode>[] = [
  { heading: 'NODE', cell: ({ name }) => name, sortKey: ({ name }) => name },
  { heading: 'OUTCOME', cell: ({ outcome }) => OUTCOMES[outcome], sortKey: ({ outcome }) => outcome },
  { heading: 'MONTHLY', cell: ({ monthly }) => formatMoney(monthly), sortKey: ({ monthly }) => monthly.amount },
  { heading: 'REQUESTED', cell: ({ before }) => formatShares(before), sortKey: ({ before }) => before.cpuCores },
  { heading: 'AFTER', cell: ({ after }) => orNone(after, formatShares), sortKey: ({ after }) => after?.cpuCores },
  {
    heading: 'WHY',
    cell: ({ reason, moves }) => reason ?? `${moves.length} ${moves.length === 1 ? 'pod fits' : 'pods fit'} elsewhere`,
    sortKey: ({ reason }) => reason,
  },
];

/** `45% cpu, 60% memory`. */
export function formatShares({ cpuCores = 0, memoryBytes = 0 }: Resources): string {
  return `${formatPercent(cpuCores)} cpu, ${formatPercent(memoryBytes)} memory`;
}

function changeItem(change: ReplayedChange, simulated: boolean): JsonObject {
  const { target, kind, outcome, findings, values, fromMs, toMs, refused } = change;
  return withoutAbsent({
    ...referenceFields(target),
    recommendation: kind,
    outcome,
    findings,
    values,
    refusedRequests: refused?.requests,
    refusedHours: refused?.hours,
    countedHours: refused?.ofHours,
    requestSource: refused?.source,
    from: fromMs === undefined ? undefined : instant(fromMs),
    to: toMs === undefined ? undefined : instant(toMs),
    simulated,
  }) as JsonObject;
}

function nodeItem({ monthly, before, after, ...node }: SimulatedNode): JsonObject {
  return withoutAbsent({
    ...node,
    monthlyAmount: monthly.amount,
    requestedCpuShare: before.cpuCores,
    requestedMemoryShare: before.memoryBytes,
    requestedCpuShareAfter: after?.cpuCores,
    requestedMemoryShareAfter: after?.memoryBytes,
  }) as JsonObject;
}

/** The three figures of the nodes, and what is requested of them in all. */
function effectFields({ reclaimable, realisable, alreadyIdle, before, after, tight }: NodeEffect): JsonObject {
  const { cpuCores, memoryBytes } = alreadyIdle.unrequested;
  return {
    ...resourceFields(reclaimable, 'reclaimable'),
    reclaimableMonthlyAmount: reclaimable.monthly.amount,
    realisableNodes: realisable.nodes,
    realisableMonthlyAmount: realisable.monthly.amount,
    alreadyIdleNodes: alreadyIdle.nodes,
    alreadyIdleMonthlyAmount: alreadyIdle.monthly.amount,
    ...resourceFields({ cpuCores, memoryBytes }, 'unrequested'),
    unrequestedMonthlyAmount: alreadyIdle.unrequested.monthly.amount,
    currency: reclaimable.monthly.currency,
    priceSource: reclaimable.priceSource,
    requestedCpuShare: before.cpuCores ?? 0,
    requestedMemoryShare: before.memoryBytes ?? 0,
    requestedCpuShareAfter: after.cpuCores ?? 0,
    requestedMemoryShareAfter: after.memoryBytes ?? 0,
    tightPods: tight,
  };
}
