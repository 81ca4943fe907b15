/**
 * Changes that were made to a cluster, as the journal and `history` tell of them. A change is one run of `apply`, `rollback` or
 * `wake`; each object it touches is a step with a life of its own.
 */

import type { JsonPatchOperation, RecommendationKind } from './plan.ts';
import type { ClusterIdentity, ObjectReference } from './workload.ts';

export type ChangeAction = 'apply' | 'rollback' | 'wake';

/**
 * `intended`: in the journal, fsynced, before any request. `sent`: the server was asked and the answer is not known, which only
 * a crash leaves behind and a look at the object settles. `applied`: the server took it. `verified`: the rollout ended well.
 * `refused`: nothing was changed. `undone`: the former values are back. `undo-refused`: they are not, somebody has changed the object since.
 * `continued`: a later change went on with it from where it was cut off.
 */
export type StepState = 'intended' | 'sent' | 'applied' | 'verified' | 'refused' | 'undone' | 'undo-refused' | 'continued';

/** One value of an object that is written. Absent `from`: it was not there; absent `to`: it goes. */
export interface WrittenValue {
  /** JSON pointer. */
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface ChangeStep {
  readonly target: ObjectReference;
  readonly kind: RecommendationKind | 'wake' | 'undo';
  readonly patch: readonly JsonPatchOperation[];
  readonly undo: readonly JsonPatchOperation[];
  /** Values at the paths that the patch changes, letter by letter as they stood before; absent paths are absent. */
  readonly before: Readonly<Record<string, unknown>>;
  /** The same as values from and to, in the order in which they are written. */
  readonly values: readonly WrittenValue[];
  /** The patches are sent one after another, each watched: scale to zero goes by way of one replica. */
  readonly stages: number;
  /** How many of them the server is known to have taken. */
  readonly stagesDone: number;
  readonly state: StepState;
  /** Why it was refused or undone, in one sentence. */
  readonly reason?: string;
  /** The change that was cut off, and that this step went on with. */
  readonly continues?: string;
  /** When it came into this state. */
  readonly atMs: number;
}

export interface Change {
  /** Sorts by time: `20261125T114502Z-3f9a`. */
  readonly id: string;
  readonly action: ChangeAction;
  readonly cluster: ClusterIdentity;
  readonly startedAtMs: number;
  /** Absent while it runs, and where it was cut off. */
  readonly endedAtMs?: number;
  /** As whom the server took the request, and the user of this machine. */
  readonly by: { readonly kubernetes: string; readonly local: string };
  /** The change that it takes back. */
  readonly undoes?: string;
  readonly steps: readonly ChangeStep[];
}

/** What became of a change as a whole. `cut off`: its process ended in the middle of it. */
export type ChangeState = 'running' | 'cut off' | 'done' | 'partly done' | 'refused' | 'undone' | 'partly undone';

/** An object that a run leaves alone, and why. */
export interface Untouched {
  readonly target: ObjectReference;
  readonly kind: ChangeStep['kind'];
  /**
   * `skipped`: it was not to be changed (risk, kept elsewhere, nothing to write). `unchanged`: it is so already.
   * `refused`: it was to be changed and may not be.
   */
  readonly state: 'skipped' | 'unchanged' | 'refused';
  readonly reason: string;
  /** What is to be carried out elsewhere instead. */
  readonly text?: string;
}
