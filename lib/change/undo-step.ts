/** What takes one object's change back, as a step. Pure. */

import type { ChangeStep } from '../types/change.ts';
import type { ObjectReference } from '../types/workload.ts';
import { type Undoable, undoOf, writtenBy } from './edit.ts';
import { markOf } from './mark.ts';
import type { Proposal } from './object.ts';
import { objectPath, type ServedResource } from './resource-path.ts';
import { beforeOf, type PlannedStep, type Stage, undoPatch } from './step.ts';
import { spoken } from './values.ts';

export interface UndoRequest {
  readonly target: ObjectReference;
  readonly resource: ServedResource;
  readonly undoable: Undoable;
  /** The change that is taken back, whose mark goes. */
  readonly undoes: string | undefined;
  readonly kind: Extract<ChangeStep['kind'], 'undo' | 'wake'>;
  readonly force: boolean;
  readonly reason: string;
}

export type PlannedUndo = { readonly step: PlannedStep } | { readonly unchanged: string } | { readonly refused: string };

export function undoStep(request: UndoRequest, object: unknown): PlannedUndo {
  const { target, resource, undoable, undoes, kind, reason } = request;
  const undo = undoOf(undoable, object, request);
  if ('conflict' in undo) return { refused: undo.conflict };
  const isMarked = undoes !== undefined && markOf(object, undoes) !== undefined;
  if ('done' in undo && !isMarked) return { unchanged: 'its former values are there already' };
  const patch = 'patch' in undo ? undo.patch : [];
  const values = writtenBy(patch, object);
  return {
    step: {
      target,
      resource,
      path: objectPath(target, resource),
      intended: {
        target,
        kind,
        patch,
        undo: undoPatch(values, target.uid),
        before: beforeOf(values),
        values,
        stages: 1,
        guards: undoable.guards,
        passing: {},
      },
      stages: [undoStage(request)],
      reason,
      evidence: [],
    },
  };
}

/** Made anew from the object as it stands when it is sent. */
export function undoStage({ undoable, undoes, force }: Pick<UndoRequest, 'undoable' | 'undoes' | 'force'>): Stage {
  return {
    says: undoable.values.map(({ path, from }) => `${path} -> ${spoken(from)}`).join(', '),
    values: undoable.values.map(({ path, from }) => ({ path, ...(from !== undefined && { to: from }) })),
    propose(object): Proposal {
      const undo = undoOf(undoable, object, { force });
      return 'conflict' in undo ? { refused: undo.conflict } : undo;
    },
    marks: (present) => present.filter((each) => each.change !== undoes),
  };
}
