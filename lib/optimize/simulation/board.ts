/** Pods on nodes: who is where, what is left, and why a pod does not fit on a node. Moves are made and taken back on it. */

import type { Node } from '../../types/workload.ts';
import { Neighbours } from './neighbours.ts';
import { type Amounts, offeredBy, type PackedPod, shareOf } from './pod.ts';
import { selectsNode, untolerated } from './requirements.ts';

/** One node with what is on it. */
export interface Bin {
  readonly node: Node;
  readonly offered: Amounts;
  readonly pods: Set<PackedPod>;
  readonly held: Map<string, number>;
  readonly ports: Map<string, number>;
  /** Takes new pods: it is ready, not cordoned, and was not emptied. */
  open: boolean;
}

export class Board {
  readonly bins: readonly Bin[];
  readonly #places = new Map<PackedPod, Bin>();
  readonly #neighbours: Neighbours;
  /** Whether labels and taints let a pod on a node, by its demands. */
  readonly #static = new Map<PackedPod['placement'], Map<Bin, string | undefined>>();

  /** Puts every pod where it runs; those that wait for a node are put nowhere. Pods on nodes that are not known count nowhere. */
  constructor(nodes: readonly Node[], pods: readonly PackedPod[]) {
    this.#neighbours = new Neighbours(pods, nodes);
    this.bins = nodes.map((node) => ({
      node,
      offered: offeredBy(node),
      pods: new Set(),
      held: new Map(),
      ports: new Map(),
      open: node.ready && !node.cordoned,
    }));
    const byName = new Map(this.bins.map((bin) => [bin.node.name, bin]));
    for (const pod of pods) {
      const bin = pod.node === undefined ? undefined : byName.get(pod.node);
      if (bin) this.put(pod, bin);
    }
  }

  placeOf(pod: PackedPod): Bin | undefined {
    return this.#places.get(pod);
  }

  put(pod: PackedPod, bin: Bin): void {
    this.#places.set(pod, bin);
    bin.pods.add(pod);
    this.#account(pod, bin, 1);
  }

  take(pod: PackedPod): void {
    const bin = this.#places.get(pod);
    if (!bin) return;
    this.#places.delete(pod);
    bin.pods.delete(pod);
    this.#account(pod, bin, -1);
  }

  #account(pod: PackedPod, bin: Bin, by: 1 | -1): void {
    for (const [name, amount] of Object.entries(pod.amounts)) bin.held.set(name, (bin.held.get(name) ?? 0) + by * amount);
    for (const port of pod.placement.hostPorts ?? []) bin.ports.set(port, (bin.ports.get(port) ?? 0) + by);
    this.#neighbours.count(pod, bin.node, by);
  }

  /** Why the pod, which is nowhere, does not fit on the node, as what is said of the node: `lacks cpu`; undefined where it fits. */
  obstacle(pod: PackedPod, bin: Bin): string | undefined {
    if (!bin.open) return 'takes no pods';
    return lacking(pod, bin) ?? this.#staticObstacle(pod, bin) ?? takenPort(pod, bin) ?? this.#neighbours.obstacle(pod, bin.node);
  }

  #staticObstacle(pod: PackedPod, bin: Bin): string | undefined {
    const { placement } = pod;
    const known = this.#static.get(placement) ?? new Map<Bin, string | undefined>();
    this.#static.set(placement, known);
    if (known.has(bin)) return known.get(bin);
    const taint = untolerated(placement, bin.node);
    const obstacle = !selectsNode(placement, bin.node)
      ? 'is not selected by its node selector or affinity'
      : taint && `has the taint ${taint.key}${taint.value === '' ? '' : `=${taint.value}`}`;
    known.set(bin, obstacle);
    return obstacle;
  }
}

/** Sums of fractions must not lack the last bit. */
const DUST = 1e-9;

function lacking({ amounts }: PackedPod, { held, offered }: Bin): string | undefined {
  const name = Object.keys(amounts).find((each) => {
    const most = offered[each] ?? 0;
    return amounts[each]! > 0 && (held.get(each) ?? 0) + amounts[each]! > most + most * DUST;
  });
  if (name === undefined) return undefined;
  return name === 'pods' ? 'takes no more pods' : `lacks ${name}`;
}

/** A port on all addresses is taken by one on any address of the same protocol, and the other way round. */
function takenPort({ placement: { hostPorts = [] } }: PackedPod, { ports }: Bin): string | undefined {
  const taken = hostPorts.find((wanted) => [...ports].some(([port, count]) => count > 0 && conflict(wanted, port)));
  return taken && `has its port ${taken} taken`;
}

function conflict(a: string, b: string): boolean {
  if (a === b) return true;
  const [one, other] = [a, b].map((each) => /^(\w+)\/(?:(.*):)?(\d+)$/.exec(each));
  if (one?.[1] !== other?.[1] || one?.[3] !== other?.[3]) return false;
  return one?.[2] === undefined || other?.[2] === undefined;
}

/** Share of the node that is requested, by the scarcer of CPU and memory. */
export function usedShare({ held, offered }: Bin): number {
  return shareOf(Object.fromEntries(held), offered);
}
