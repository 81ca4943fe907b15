/** One object of a change, from what is to be written on it to the patches that are sent one after another. */

import type { ChangeStep, WrittenValue } from '../types/change.ts';
import type { JsonPatchOperation } from '../types/plan.ts';
import type { ObjectReference } from '../types/workload.ts';
import type { Undoable } from './edit.ts';
import type { IntendedStep } from './journal/records.ts';
import type { Mark } from './mark.ts';
import type { Proposal } from './object.ts';
import { spoken } from './values.ts';

/** One patch of a step. */
export interface Stage {
  readonly propose: (object: unknown) => Proposal;
  readonly marks: (present: readonly Mark[]) => readonly Mark[];
  /** What must stay as it is written while the object is followed. */
  readonly values: readonly WrittenValue[];
}

export interface PlannedStep {
  readonly target: ObjectReference;
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

/** What an object is in a change, once it was looked at: a step, or why there is none. */
export type Planned = { readonly step: PlannedStep } | { readonly unchanged: string } | { readonly refused: string };

/** `/spec/replicas -> 1`. */
export function stageText({ values }: Stage): string {
  return values.map(({ path, to }) => `${path} -> ${spoken(to)}`).join(', ');
}

/** With what takes its values back, and with what stood there before. */
export function intendedOf(step: Omit<IntendedStep, 'undo' | 'before'>): IntendedStep {
  const { target, values } = step;
  return { ...step, undo: undoPatch(values, target.uid), before: beforeOf(values) };
}

/** What a journal keeps of a step, as what can be taken back. */
export function undoableOf({ target, values, guards, passing }: IntendedStep): Undoable {
  return { uid: target.uid, values, guards, passing };
}

/** What a mark keeps of a change, as what can be taken back. */
export function undoableOfMark({ uid, values, guards = {} }: Mark): Undoable {
  return { uid, values, guards };
}

/** The undo of a step as the journal writes it down; what is really sent is made from the object as it stands then. */
function undoPatch(values: readonly WrittenValue[], uid: string): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path: '/metadata/uid', value: uid },
    ...values.flatMap(({ path, to }): JsonPatchOperation[] => (to === undefined ? [] : [{ op: 'test', path, value: to }])),
    ...values.toReversed().map(({ path, from, to }): JsonPatchOperation => {
      if (from === undefined) return { op: 'remove', path };
      return { op: to === undefined ? 'add' : 'replace', path, value: from };
    }),
  ];
}

function beforeOf(values: readonly WrittenValue[]): ChangeStep['before'] {
  return Object.fromEntries(values.flatMap(({ path, from }) => (from === undefined ? [] : [[path, from] as const])));
}
