/** The question of `rollback`: brings back what changes have written, by their journals, or by the marks on the objects. */

import type { Undoable } from '../../change/edit.ts';
import { isStanding, type TrackedChange } from '../../change/history.ts';
import { newChangeId } from '../../change/journal/journal.ts';
import { findMarked, type Marked } from '../../change/marked.ts';
import type { Candidate } from '../../change/preflight.ts';
import { undoableOf, undoableOfMark } from '../../change/step.ts';
import { undoCandidate } from '../../change/undo-step.ts';
import type { ChangeStep } from '../../types/change.ts';
import { UpidError } from '../../types/errors.ts';
import type { ObjectReference } from '../../types/workload.ts';
import type { CarryingOptions, ChangedObject, ChangeResult } from './result.ts';
import {
  alone,
  type ChangeRequest,
  changesOf,
  check,
  perform,
  requireAll,
  type Session,
  untouchedObject,
  withSession,
} from './session.ts';

type WorkloadObject = Pick<ObjectReference, 'kind' | 'name'>;

/** What is taken back: a change by its id, the last one, all of them, or what was changed of one object. */
export type RollbackTarget =
  | { readonly change: string }
  | { readonly last: true }
  | { readonly all: true }
  | { readonly object: WorkloadObject };

export interface RollbackRequest extends ChangeRequest, CarryingOptions {
  readonly what: RollbackTarget;
  /** Of the object; where marks are looked for: undefined for all. */
  readonly namespace: string | undefined;
}

/** One change, and what of it is to be taken back. */
interface Undoing {
  readonly change: string;
  readonly candidates: readonly Candidate[];
}

/** @throws UpidError change-missing; as `applyPlan` */
export function rollBack(request: RollbackRequest): Promise<ChangeResult> {
  return withSession(request, (session) => alone(session, 'rollback', request, () => rollBackAll(session, request)));
}

async function rollBackAll(session: Session, request: RollbackRequest): Promise<ChangeResult> {
  const undoings = await undoingsOf(session, request);
  const changes: string[] = [];
  const objects: ChangedObject[] = [];
  let agreed = false;
  // Who has agreed to the first of them is not asked again.
  const confirm = async (lines: readonly string[]): Promise<boolean> => {
    agreed ||= await request.confirm(lines);
    return agreed;
  };
  // The newest first: each then finds what it left.
  for (const { change, candidates } of undoings) {
    if (request.signal.aborted) break;
    const preflighted = await check(session, candidates, request);
    requireAll(preflighted.untouched, request);
    objects.push(...preflighted.untouched.map(untouchedObject));
    const carrying = { action: 'rollback', id: newChangeId(request.runtime), undoes: change, preflighted } as const;
    const done = await perform(session, carrying, { ...request, confirm });
    objects.push(...done.objects);
    changes.push(...done.changes);
  }
  return { cluster: session.cluster, action: 'rollback', dryRun: request.dryRun, changes, objects };
}

async function undoingsOf(session: Session, request: RollbackRequest): Promise<readonly Undoing[]> {
  const { what, force } = request;
  const known = (await changesOf(session, request.runtime)).toReversed();
  const standing = known.filter((change) => change.action !== 'rollback' && change.steps.some(isStanding));
  if ('object' in what) return await ofObject(session, request, what.object, known);
  if ('last' in what) {
    const [last] = standing;
    if (last === undefined) throw missing('there is no change that could be taken back');
    return [ofJournal(last, force)];
  }
  if ('all' in what) {
    if (standing.length > 0) return standing.map((change) => ofJournal(change, force));
    const marked = await byMark(session, request);
    if (marked.length === 0) throw missing('there is no change that could be taken back');
    return marked;
  }
  const named = known.find(({ id }) => id === what.change);
  if (named !== undefined) return [ofJournal(named, force)];
  const marked = (await byMark(session, request)).filter(({ change }) => change === what.change);
  if (marked.length === 0)
    throw missing(`neither the journal of this machine nor any object of the cluster knows a change ${what.change}`);
  return marked;
}

function missing(message: string): UpidError {
  return new UpidError('change-missing', message, { remedy: 'history lists the changes' });
}

function ofJournal(change: TrackedChange, force: boolean): Undoing {
  // Of a step that was cut off before its request nothing may stand; the object tells.
  const isToBeUndone = (step: ChangeStep): boolean =>
    isStanding(step) || (step.state === 'intended' && change.endedAtMs === undefined);
  return {
    change: change.id,
    candidates: change.steps.filter(isToBeUndone).map((step) => candidateOf(step.target, undoableOf(step), change.id, force)),
  };
}

function candidateOf(target: ObjectReference, undoable: Undoable, undoes: string, force: boolean): Candidate {
  return undoCandidate({ target, undoable, undoes, kind: 'undo', force, reason: `rollback of ${undoes}` });
}

/** By the marks on the objects, a group for each change, the newest first. */
async function byMark(session: Session, request: RollbackRequest): Promise<readonly Undoing[]> {
  return groups(await findMarked(session.client, request.namespace ?? '', request.signal), request.force);
}

function groups(marked: readonly Marked[], force: boolean): readonly Undoing[] {
  const each = marked.flatMap(({ target, marks }) => marks.map((mark) => ({ target, mark })));
  return [...Map.groupBy(each, ({ mark }) => mark.change)]
    .toSorted(([a], [b]) => (a < b ? 1 : -1))
    .map(([change, objects]) => ({
      change,
      candidates: objects.map(({ target, mark }) => candidateOf(target, undoableOfMark(mark), change, force)),
    }));
}

async function ofObject(
  session: Session,
  request: RollbackRequest,
  { kind, name }: WorkloadObject,
  known: readonly TrackedChange[],
): Promise<readonly Undoing[]> {
  const { namespace, force, signal } = request;
  const place = namespace ?? session.client.namespace;
  const isMeant = (target: ObjectReference): boolean =>
    target.kind.toLowerCase() === kind.toLowerCase() && target.name === name && target.namespace === place;
  const marked = (await findMarked(session.client, place, signal)).filter(({ target }) => isMeant(target));
  if (marked.length > 0) return groups(marked, force);
  const journaled = known
    .filter(({ action }) => action !== 'rollback')
    .map((change) => ({ ...change, steps: change.steps.filter((step) => isMeant(step.target) && isStanding(step)) }))
    .filter(({ steps }) => steps.length > 0)
    .map((change) => ofJournal(change, force));
  if (journaled.length === 0) throw missing(`no change of ${kind.toLowerCase()} "${name}" in namespace ${place} is known`);
  return journaled;
}
