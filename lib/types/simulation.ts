/** What a plan would have done and would do: the history replayed against its values, and the nodes that come free with it. */

import type { Money } from './money.ts';
import type { RecommendationKind, Savings } from './plan.ts';
import type { Provenance } from './result.ts';
import type { ClusterIdentity, ObjectReference, Resources } from './workload.ts';

/** A node with the plan carried out and pods moved together. Prices are list prices of its allocatable CPU and memory, a month. */
export interface SimulatedNode {
  readonly name: string;
  readonly monthly: Money;
  /** `idle`: it could go already now; `freed`: with the plan; `kept`: it stays, see `reason`. */
  readonly outcome: 'idle' | 'freed' | 'kept';
  /** Why it stays: one sentence. */
  readonly reason?: string;
  /** Requests ÷ allocatable now, and with the plan and the pods of emptied nodes on it, 0–1. Absent `after`: it is gone. */
  readonly before: Resources;
  readonly after?: Resources;
  /** Where its pods would go; empty for nodes that stay. */
  readonly moves: readonly { readonly pod: string; readonly to: string }[];
}

/** The three figures that must not be mixed up: freed requests are no money until a node goes, and what is idle already is nobody's saving. */
export interface NodeEffect {
  /** Requests that the plan frees. */
  readonly reclaimable: Savings;
  /** Price of the nodes that come free with the plan, less that of those that come free without it; negative where the plan needs more. */
  readonly realisable: { readonly nodes: number; readonly monthly: Money };
  /** Nodes that could go without the plan, and what is requested by nobody now on all nodes that are ready. */
  readonly alreadyIdle: { readonly nodes: number; readonly monthly: Money; readonly unrequested: Savings };
  readonly nodes: readonly SimulatedNode[];
  /** Pods that find no node with the plan, and why; those that find none now are told apart. */
  readonly unschedulable: readonly { readonly pod: string; readonly reason: string; readonly already: boolean }[];
  /** Requests ÷ allocatable over all ready nodes now, and over those that stay. */
  readonly before: Resources;
  readonly after: Resources;
  /** Pods of emptied nodes for which a scheduler that spreads pods, as the default one does, would find no place. */
  readonly tight: number;
}

/** Hours of the history against one value; `before` is the value that stands now. */
export interface ReplayedValue {
  readonly container: string;
  readonly resource: 'cpu' | 'memory';
  /** `request` exceeded: on a full node it waits for CPU, or may be evicted; `limit`: throttled, or OOM-killed. */
  readonly of: 'request' | 'limit';
  readonly value: number;
  readonly hours: number;
  readonly exceeded: number;
  /** With the present value; absent where none is set. */
  readonly exceededNow?: number;
}

export interface ReplayedChange {
  readonly target: ObjectReference;
  readonly kind: RecommendationKind;
  /**
   * `clear`: nothing would have gone wrong; `exceeded`: requests would have been exceeded, and no limit; `broken`: killed, throttled or refused where it was not
   * before; `unknown`: there is no history to tell; `not-replayed`: it changes nothing here; `gone` or `changed`: the object is not the one of the plan.
   */
  readonly outcome: 'clear' | 'exceeded' | 'broken' | 'unknown' | 'not-replayed' | 'gone' | 'changed';
  /** One sentence for each thing that was found, the weightiest first. */
  readonly findings: readonly string[];
  readonly values: readonly ReplayedValue[];
  /** Of what goes to zero: user requests of the period, and hours with any. Absent where no counter saw it. */
  readonly refused?: { readonly requests: number; readonly hours: number; readonly ofHours: number; readonly source: string };
  /** Period that was replayed; absent where there is none. */
  readonly fromMs?: number;
  readonly toMs?: number;
}

export interface SimulationResult extends Provenance {
  readonly plan: { readonly madeAtMs: number; readonly cluster: ClusterIdentity; readonly recommendations: number };
  readonly changes: readonly ReplayedChange[];
  /** Absent where the nodes, or pods of all namespaces, could not be read: then `withoutNodes` says why. */
  readonly nodes?: NodeEffect;
  readonly withoutNodes?: string;
}
