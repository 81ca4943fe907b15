/**
 * Which nodes can be emptied: one after the other, each by putting its pods on the nodes that stay, the largest pods first, each
 * on the first node on which it fits (first-fit decreasing; Johnson 1973). A node that is emptied takes nothing any more; one whose pods do not all find a
 * place stays as it was. What is said to come free can be emptied; that nothing else could is not said.
 */

import { compareTexts } from '../../types/workload.ts';
import { type Bin, type Board, usedShare } from './board.ts';
import { type PackedPod, shareOf } from './pod.ts';

export interface Emptied {
  readonly bin: Bin;
  /** Those that found a place elsewhere; the board tells where. */
  readonly pods: readonly PackedPod[];
}

export interface Consolidation {
  readonly emptied: readonly Emptied[];
  /** Why each of the others stays, in one sentence. */
  readonly kept: ReadonlyMap<Bin, string>;
}

/** Empties what can be emptied, trying nodes in this order. The board is left as it is afterwards. */
export function consolidate(board: Board, order: readonly Bin[]): Consolidation {
  const emptied: Emptied[] = [];
  const kept = new Map<Bin, string>();
  for (const bin of board.bins) {
    const reason = keptReason(bin);
    if (reason !== undefined) kept.set(bin, reason);
  }
  const targets = targetsOf(board, kept);
  for (const bin of order) {
    if (kept.has(bin)) continue;
    const outcome = empty(board, bin, targets);
    if (typeof outcome === 'string') kept.set(bin, outcome);
    else emptied.push({ bin, pods: outcome });
  }
  return { emptied, kept };
}

/** Nodes that surely stay first, then the fullest, so that pods gather where nodes stay. */
function targetsOf({ bins }: Board, staying: Consolidation['kept']): readonly Bin[] {
  return bins
    .map((bin) => ({ bin, stays: staying.has(bin), used: usedShare(bin) }))
    .toSorted((a, b) => Number(b.stays) - Number(a.stays) || b.used - a.used || byName(a.bin, b.bin))
    .map(({ bin }) => bin);
}

export function byName(a: Bin, b: Bin): number {
  return compareTexts(a.node.name, b.node.name);
}

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** Why a node stays whatever its pods could do. */
function keptReason({ node, pods }: Bin): string | undefined {
  if (!node.ready) return 'it is not ready, so that nothing is known of its pods';
  if (CONTROL_PLANE.some((label) => node.labels[label] !== undefined)) return 'it is of the control plane';
  if (node.keptBy !== undefined) return `annotation ${node.keptBy} keeps it`;
  const pinned = [...pods].filter((pod) => !pod.withNode && pod.pinned !== undefined).toSorted(byPodName);
  const [first] = pinned;
  if (!first) return undefined;
  const others = pinned.length === 1 ? '' : `, and ${pinned.length - 1} more`;
  return `${nameOf(first)} stays on it: ${first.pinned}${others}`;
}

/** The pods of a node, each put elsewhere; where one finds no place, why, and everything is where it was. */
function empty(board: Board, bin: Bin, targets: readonly Bin[]): readonly PackedPod[] | string {
  const leaving = largestFirst(
    [...bin.pods].filter(({ withNode }) => !withNode),
    bin,
  );
  const wasOpen = bin.open;
  bin.open = false;
  for (const pod of leaving) board.take(pod);
  for (const pod of leaving) {
    const to = targets.find((target) => board.obstacle(pod, target) === undefined);
    if (to) {
      board.put(pod, to);
      continue;
    }
    const reason = `${nameOf(pod)} fits nowhere else: ${obstacles(board, pod, targets)}`;
    for (const each of leaving) board.take(each);
    for (const each of leaving) board.put(each, bin);
    bin.open = wasOpen;
    return reason;
  }
  return leaving;
}

export function largestFirst(pods: readonly PackedPod[], { offered }: Pick<Bin, 'offered'>): readonly PackedPod[] {
  return pods
    .map((pod) => ({ pod, share: shareOf(pod.amounts, offered) }))
    .toSorted((a, b) => b.share - a.share || byPodName(a.pod, b.pod))
    .map(({ pod }) => pod);
}

function byPodName(a: PackedPod, b: PackedPod): number {
  return compareTexts(nameOf(a), nameOf(b));
}

export function nameOf({ namespace, name }: PackedPod): string {
  return `${namespace}/${name}`;
}

/** `2 nodes lack cpu, 1 has the taint gpu=true`: as the scheduler tells it, of the nodes that take pods. */
export function obstacles(board: Board, pod: PackedPod, bins: readonly Bin[]): string {
  const reasons = bins.filter(({ open }) => open).map((bin) => board.obstacle(pod, bin) ?? '');
  if (reasons.length === 0) return 'no other node takes pods';
  const counts = [...Map.groupBy(reasons, (reason) => reason)].map(([reason, all]) => ({ reason, count: all.length }));
  return counts
    .toSorted((a, b) => b.count - a.count || compareTexts(a.reason, b.reason))
    .map(({ reason, count }) => `${count} ${count === 1 ? reason : plural(reason)}`)
    .join(', ');
}

function plural(reason: string): string {
  return reason
    .replace(/^lacks /, 'lack ')
    .replace(/^takes /, 'take ')
    .replace(/^has /, 'have ')
    .replace(/^is /, 'are ');
}

/**
 * Puts pods as the default scheduler does, each where the largest share of CPU and memory is left (its LeastAllocated score), and
 * returns those that find no place: it spreads pods, where `consolidate` gathers them.
 */
export function spreadOut(board: Board, pods: readonly PackedPod[]): readonly PackedPod[] {
  return pods.filter((pod) => {
    let best: { readonly bin: Bin; readonly free: number } | undefined;
    for (const bin of board.bins) {
      if (board.obstacle(pod, bin) !== undefined) continue;
      const free = freeShare(pod, bin);
      if (best === undefined || free > best.free) best = { bin, free };
    }
    if (best) board.put(pod, best.bin);
    return best === undefined;
  });
}

function freeShare({ amounts }: PackedPod, { held, offered }: Bin): number {
  const free = (name: 'cpu' | 'memory'): number =>
    offered[name] ? 1 - ((held.get(name) ?? 0) + (amounts[name] ?? 0)) / offered[name] : 0;
  return free('cpu') + free('memory');
}
