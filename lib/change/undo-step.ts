/** What takes one object's change back, as a step. Pure. */

import type { ChangeStep } from '../types/change.ts';
import type { ObjectReference } from '../types/workload.ts';
import { type Undoable, undoOf, writtenBy } from './edit.ts';
import { markOf } from './mark.ts';
import type { Proposal } from './object.ts';
import type { Candidate } from './preflight.ts';
import { objectPath, type ServedResource } from './resource-path.ts';
import { intendedOf, type Planned, type Stage } from './step.ts';

interface UndoRequest {
  readonly target: ObjectReference;
  readonly resource: ServedResource;
  readonly undoable: Undoable;
  /** The change that is taken back, whose mark goes. */
  readonly undoes: string;
  readonly kind: Extract<ChangeStep['kind'], 'undo' | 'wake'>;
  readonly force: boolean;
  readonly reason: string;
}

/** An object whose change is to be taken back. */
export function undoCandidate(request: Omit<UndoRequest, 'resource'>): Candidate {
  const { target, kind } = request;
  return { target, kind, plan: (object, resource) => undoStep({ ...request, resource }, object) };
}

function undoStep(request: UndoRequest, object: unknown): Planned {
  const { target, resource, undoable, undoes, kind, reason } = request;
  const undo = undoOf(undoable, object, request);
  if ('conflict' in undo) return { refused: undo.conflict };
  const isMarked = markOf(object, undoes) !== undefined;
  if ('done' in undo && !isMarked) return { unchanged: 'its former values are there already' };
  const patch = 'patch' in undo ? undo.patch : [];
  const values = writtenBy(patch, object);
  return {
    step: {
      target,
      path: objectPath(target, resource),
      intended: intendedOf({ target, kind, patch, values, stages: 1, guards: undoable.guards, passing: {} }),
      stages: [undoStage(request)],
      reason,
      evidence: [],
    },
  };
}

/** Made anew from the object as it stands when it is sent. */
export function undoStage({ undoable, undoes, force }: Pick<UndoRequest, 'undoable' | 'undoes' | 'force'>): Stage {
  return {
    values: undoable.values.map(({ path, from }) => ({ path, ...(from !== undefined && { to: from }) })),
    propose(object): Proposal {
      const undo = undoOf(undoable, object, { force });
      return 'conflict' in undo ? { refused: undo.conflict } : undo;
    },
    marks: (present) => present.filter((each) => each.change !== undoes),
  };
}
