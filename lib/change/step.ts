/** One object of a change, from what is to be written on it to the patches that are sent one after another. */

import type { ChangeStep, WrittenValue } from '../types/change.ts';
import type { JsonPatchOperation } from '../types/plan.ts';
import type { ObjectReference } from '../types/workload.ts';
import type { Undoable } from './edit.ts';
import type { IntendedStep } from './journal/records.ts';
import type { Mark } from './mark.ts';
import type { Proposal } from './object.ts';
import type { ServedResource } from './resource-path.ts';

/** One patch of a step. */
export interface Stage {
  /** `/spec/replicas 3 -> 1`. */
  readonly says: string;
  readonly propose: (object: unknown) => Proposal;
  readonly marks: (present: readonly Mark[]) => readonly Mark[];
  /** What must stay as it is written while the object is followed. */
  readonly values: readonly WrittenValue[];
}

export interface PlannedStep {
  readonly target: ObjectReference;
  readonly resource: ServedResource;
  /** API path of the object. */
  readonly path: string;
  readonly intended: IntendedStep;
  readonly stages: readonly [Stage, ...Stage[]];
  /** Why, and the evidence of its numbers. */
  readonly reason: string;
  readonly evidence: readonly string[];
  /** What is taken back where it does not go well; absent where the step itself takes something back. */
  readonly undo?: Undoable;
}

/** What a journal keeps of a step, as what can be taken back. */
export function undoableOf({ target, values, guards, passing }: IntendedStep): Undoable {
  return { uid: target.uid, values, guards, passing };
}

/** The undo of a step as the journal writes it down; what is really sent is made from the object as it stands then. */
export function undoPatch(values: readonly WrittenValue[], uid: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...values.flatMap(({ path, to }): JsonPatchOperation[] => (to === undefined ? [] : [{ op: 'test', path, value: to }])),
    ...values.toReversed().map(({ path, from, to }): JsonPatchOperation => {
      if (from === undefined) return { op: 'remove', path };
      return { op: to === undefined ? 'add' : 'replace', path, value: from };
    }),
  ];
}

export function beforeOf(values: readonly WrittenValue[]): ChangeStep['before'] {
  return Object.fromEntries(values.flatMap(({ path, from }) => (from === undefined ? [] : [[path, from] as const])));
}
