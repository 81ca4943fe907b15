/** What `simulate` says beside its tables: the three figures that must not be mixed up, and what would go wrong. */

import { formatCores, formatMebibytes } from '../../lib/types/quantity.ts';
import type { NodeEffect, SimulationResult } from '../../lib/types/simulation.ts';
import { formatMoney, plural } from './figures.ts';
import { formatShares } from './simulate-listing.ts';

export function simulateNotes({ changes, nodes, withoutNodes }: SimulationResult): readonly string[] {
  const count = (...outcomes: readonly string[]): number => changes.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const said = [
    ['would have gone wrong', count('broken')],
    ['exceeded a request', count('exceeded')],
    ['clear', count('clear')],
    ['unknown', count('unknown')],
    ['of objects that are gone or changed', count('gone', 'changed')],
  ] as const;
  const parts = said.filter(([, number]) => number > 0).map(([what, number]) => `${number} ${what}`);
  return [
    ...(changes.length > 0
      ? [`${plural(changes.length, 'change')}: ${parts.join(', ') || 'none replayed'}; nothing was changed`]
      : []),
    ...(changes.length === 0 ? ['The plan has no recommendations.'] : []),
    ...(nodes ? effectNotes(nodes) : []),
    ...(withoutNodes === undefined ? [] : [`Warning: which nodes come free is not known: ${withoutNodes}`]),
  ];
}

function effectNotes({
  reclaimable,
  realisable,
  alreadyIdle,
  before,
  after,
  unschedulable,
  tight,
}: NodeEffect): readonly string[] {
  const { cpuCores, memoryBytes, monthly, priceSource } = reclaimable;
  const { unrequested } = alreadyIdle;
  const newly = unschedulable.filter(({ already }) => !already);
  return [
    `Reclaimable requests: ${formatCores(cpuCores)} CPU, ${formatMebibytes(memoryBytes)} memory, ${formatMoney(monthly)} a month at list price; no money until a node goes`,
    `Saved on the bill: ${formatMoney(realisable.monthly)} a month, ${plural(realisable.nodes, 'node')} more than without the plan`,
    `Idle already: ${plural(alreadyIdle.nodes, 'node')}, ${formatMoney(alreadyIdle.monthly)} a month, without the plan; ${formatMoney(unrequested.monthly)} of capacity is requested by nobody now`,
    `Requested: ${formatShares(before)} now, ${formatShares(after)} of the nodes that stay (${priceSource})`,
    ...newly.slice(0, 3).map(({ pod, reason }) => `Warning: ${pod} would find no node: ${reason}`),
    ...(newly.length > 3 ? [`Warning: ${newly.length - 3} more pods would find no node; see -o json`] : []),
    ...(tight > 0
      ? [`Warning: room is tight: a scheduler that spreads pods may leave ${plural(tight, 'pod')} of these nodes without a place`]
      : []),
  ];
}
