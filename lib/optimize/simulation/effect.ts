/**
 * What some recommendations of a plan do to the nodes of a cluster: the three figures, node by node. The cluster is packed twice,
 * as it is and as it would be, so that what could go anyhow is not taken for the plan's.
 */

import { HOURS_PER_MONTH, pricePerHour, savingsOf, totalSavings } from '../../money/savings.ts';
import type { Money, ResourcePrices } from '../../types/money.ts';
import type { Recommendation } from '../../types/plan.ts';
import type { NodeEffect, SimulatedNode } from '../../types/simulation.ts';
import type { Node, Resources, Workload } from '../../types/workload.ts';
import { type Bin, Board, usedShare } from './board.ts';
import { byName, type Consolidation, consolidate, largestFirst, nameOf, obstacles, spreadOut } from './drain.ts';
import { type Packed, packedPods } from './pack.ts';
import type { PackedPod } from './pod.ts';

export interface ClusterToPack {
  /** All of the cluster: pods of other namespaces fill its nodes too. */
  readonly workloads: readonly Workload[];
  readonly nodes: readonly Node[];
  readonly prices: ResourcePrices;
}

/** Recommendations of the plan, any part of it → their effect on the nodes; for the same cluster what does not depend on them is computed once. */
export function nodeEffects(cluster: ClusterToPack): (recommendations: readonly Recommendation[]) => NodeEffect {
  const now = packedAs(cluster, [], new Map());
  const idle = new Map(now.consolidation.emptied.map(({ bin }, at) => [bin.node.name, at]));
  return (recommendations) => {
    const then = recommendations.length === 0 ? now : packedAs(cluster, recommendations, idle);
    return effect(cluster, recommendations, now, then);
  };
}

interface Outcome {
  readonly board: Board;
  readonly consolidation: Consolidation;
  /** Shares of each node before anything was moved. */
  readonly requested: ReadonlyMap<string, Resources>;
  readonly unschedulable: readonly { readonly pod: PackedPod; readonly reason: string }[];
  readonly tight: number;
}

/** Orders in which nodes are tried to be emptied, after those that come free anyhow: the emptiest first; the dearest first. */
const ORDERS: readonly ((cluster: ClusterToPack) => (a: Bin, b: Bin) => number)[] = [
  ({ prices }) =>
    (a, b) =>
      usedShare(a) - usedShare(b) || priceOf(b, prices) - priceOf(a, prices) || byName(a, b),
  ({ prices }) =>
    (a, b) =>
      priceOf(b, prices) - priceOf(a, prices) || usedShare(a) - usedShare(b) || byName(a, b),
];

/** Nodes that are tried to be emptied before all others, in this order. */
type First = ReadonlyMap<string, number>;

/** The best of the orders, by the price of what comes free. */
function packedAs(cluster: ClusterToPack, recommendations: readonly Recommendation[], first: First): Outcome {
  const packed = packedPods(cluster.workloads, recommendations);
  const outcomes = ORDERS.map((order) => attempt(cluster.nodes, packed, first, order(cluster)));
  return outcomes.reduce((best, each) => (priceOfAll(each, cluster) > priceOfAll(best, cluster) ? each : best));
}

function attempt(nodes: readonly Node[], { pods, grown }: Packed, first: First, order: (a: Bin, b: Bin) => number): Outcome {
  const board = new Board(nodes, pods);
  const requested = new Map(board.bins.map((bin) => [bin.node.name, sharesOf([bin])]));
  const unschedulable = settle(board, pods, grown);
  const rank = ({ node }: Bin): number => first.get(node.name) ?? first.size;
  const candidates = board.bins.toSorted((a, b) => rank(a) - rank(b) || order(a, b));
  const settled = new Map(pods.map((pod) => [pod, board.placeOf(pod)]));
  const consolidation = consolidate(board, candidates);
  return { board, consolidation, requested, unschedulable, tight: tightness(board, consolidation, settled) };
}

/** Pods that grew out of their node move or wait; so do those that wait for a node now. Largest first. */
function settle(board: Board, pods: readonly PackedPod[], grown: readonly PackedPod[]): Outcome['unschedulable'] {
  const waiting = pods.filter((pod) => pod.node === undefined && !pod.withNode);
  for (const pod of grown) {
    const bin = board.placeOf(pod);
    if (bin && usedShare(bin) > 1 && !pod.withNode) {
      board.take(pod);
      waiting.push(pod);
    }
  }
  const [size] = board.bins;
  if (!size) return [];
  return largestFirst(waiting, size).flatMap((pod) => {
    const bin = board.bins.find((each) => board.obstacle(pod, each) === undefined);
    if (bin) board.put(pod, bin);
    return bin ? [] : [{ pod, reason: `it fits on no node: ${obstacles(board, pod, board.bins)}` }];
  });
}

/** Pods of emptied nodes that find no place where each is put on the emptiest node, from where they were before anything was emptied. */
function tightness(board: Board, { emptied }: Consolidation, settled: ReadonlyMap<PackedPod, Bin | undefined>): number {
  const gone = new Set(emptied.map(({ bin }) => bin));
  const leaving = [...settled].filter(([pod, bin]) => bin && gone.has(bin) && !pod.withNode).map(([pod]) => pod);
  const places = new Map(leaving.map((pod) => [pod, board.placeOf(pod)]));
  for (const pod of leaving) board.take(pod);
  const [size] = board.bins;
  const missing = size ? spreadOut(board, largestFirst(leaving, size)).length : 0;
  for (const pod of leaving) board.take(pod);
  for (const [pod, bin] of places) if (bin) board.put(pod, bin);
  return missing;
}

function effect(cluster: ClusterToPack, recommendations: readonly Recommendation[], now: Outcome, then: Outcome): NodeEffect {
  const { prices } = cluster;
  const money = (amount: number): Money => ({ amount: Math.round(amount * 1e4) / 1e4 + 0, currency: prices.currency });
  const idle = new Set(now.consolidation.emptied.map(({ bin }) => bin.node.name));
  const emptied = new Map(then.consolidation.emptied.map((each) => [each.bin.node.name, each]));
  const waitingNow = new Set(now.unschedulable.map(({ pod }) => nameOf(pod)));
  const ready = now.board.bins.filter(({ node }) => node.ready);
  const staying = then.board.bins.filter(({ node }) => node.ready && !emptied.has(node.name));
  return {
    reclaimable: totalSavings(
      recommendations.map(({ savings }) => savings),
      prices,
    ),
    realisable: {
      nodes: emptied.size - idle.size,
      monthly: money(priceOfAll(then, cluster) - priceOfAll(now, cluster)),
    },
    alreadyIdle: {
      nodes: idle.size,
      monthly: money(priceOfAll(now, cluster)),
      unrequested: savingsOf(unrequested(ready), prices),
    },
    nodes: then.board.bins.toSorted(byName).map((bin): SimulatedNode => {
      const { name } = bin.node;
      const gone = emptied.get(name);
      const reason = then.consolidation.kept.get(bin);
      return {
        name,
        monthly: money(priceOf(bin, prices)),
        outcome: gone === undefined ? 'kept' : idle.has(name) ? 'idle' : 'freed',
        ...(reason !== undefined && { reason }),
        before: now.requested.get(name) ?? {},
        ...(gone === undefined && { after: sharesOf([bin]) }),
        // A pod may be moved on from a node that is emptied later.
        moves: (gone?.pods ?? []).map((pod) => ({ pod: nameOf(pod), to: then.board.placeOf(pod)!.node.name })),
      };
    }),
    unschedulable: then.unschedulable.map(({ pod, reason }) => ({
      pod: nameOf(pod),
      reason,
      already: waitingNow.has(nameOf(pod)),
    })),
    before: meanShares(now, ready),
    after: sharesOf(staying),
    tight: then.tight,
  };
}

function priceOf({ node }: Bin, prices: ResourcePrices): number {
  return pricePerHour(node.allocatable, prices) * HOURS_PER_MONTH;
}

function priceOfAll({ consolidation }: Outcome, { prices }: ClusterToPack): number {
  return consolidation.emptied.reduce((sum, { bin }) => sum + priceOf(bin, prices), 0);
}

/** Requests ÷ allocatable over these nodes. */
function sharesOf(bins: readonly Bin[]): Resources {
  const sum = (of: (bin: Bin) => number): number => bins.reduce((total, bin) => total + of(bin), 0);
  const share = (name: 'cpu' | 'memory'): number =>
    ratio(
      sum(({ held }) => held.get(name) ?? 0),
      sum(({ offered }) => offered[name] ?? 0),
    );
  return { cpuCores: share('cpu'), memoryBytes: share('memory') };
}

function meanShares({ requested }: Outcome, bins: readonly Bin[]): Resources {
  const mean = (name: 'cpu' | 'memory', of: (shares: Resources) => number): number => {
    const weighted = bins.map(({ node, offered }) => ({ size: offered[name] ?? 0, share: of(requested.get(node.name) ?? {}) }));
    return ratio(
      weighted.reduce((sum, { size, share }) => sum + size * share, 0),
      weighted.reduce((sum, { size }) => sum + size, 0),
    );
  };
  return {
    cpuCores: mean('cpu', ({ cpuCores = 0 }) => cpuCores),
    memoryBytes: mean('memory', ({ memoryBytes = 0 }) => memoryBytes),
  };
}

function ratio(part: number, whole: number): number {
  return whole > 0 ? Math.round((part / whole) * 1e4) / 1e4 : 0;
}

/** Nothing is moved off by then what was there: consolidating moves requests between nodes and leaves their sum. */
function unrequested(bins: readonly Bin[]): Resources {
  const free = (name: 'cpu' | 'memory'): number =>
    Math.max(
      0,
      bins.reduce((sum, { offered, held }) => sum + (offered[name] ?? 0) - (held.get(name) ?? 0), 0),
    );
  return { cpuCores: free('cpu'), memoryBytes: free('memory') };
}
