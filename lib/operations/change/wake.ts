/** The question of `wake`: brings a workload that was scaled to zero back to its former replicas. */

import { applyStep } from '../../change/apply-step.ts';
import type { Undoable } from '../../change/edit.ts';
import { isStanding } from '../../change/history.ts';
import { newChangeId } from '../../change/journal/journal.ts';
import { kindNamed, markedOf, referenceOf } from '../../change/marked.ts';
import { readObject } from '../../change/object.ts';
import type { Candidate } from '../../change/preflight.ts';
import { objectPath, ResourceIndex } from '../../change/resource-path.ts';
import { undoableOf, undoableOfMark } from '../../change/step.ts';
import { undoCandidate } from '../../change/undo-step.ts';
import { valueAt } from '../../change/values.ts';
import { UpidError } from '../../types/errors.ts';
import type { ObjectReference } from '../../types/workload.ts';
import type { CarryingOptions, ChangeResult } from './result.ts';
import { alone, type ChangeRequest, changesOf, check, perform, type Session, untouchedObject, withSession } from './session.ts';

export interface WakeRequest extends ChangeRequest, CarryingOptions {
  readonly object: { readonly kind: string; readonly name: string };
  /** Undefined: that of the context. */
  readonly namespace: string | undefined;
  /** Instead of the former number. */
  readonly replicas: number | undefined;
}

/** @throws UpidError not-found, change-missing where the former number is not known; as `applyPlan` */
export function wake(request: WakeRequest): Promise<ChangeResult> {
  return withSession(request, (session) => alone(session, 'wake', request, () => wakeObject(session, request)));
}

async function wakeObject(session: Session, request: WakeRequest): Promise<ChangeResult> {
  const id = newChangeId(request.runtime);
  const candidate = await candidateOf(session, request, id);
  const preflighted = await check(session, [candidate], request);
  const { changes, objects } = await perform(session, { action: 'wake', id, preflighted }, request);
  return {
    cluster: session.cluster,
    action: 'wake',
    dryRun: request.dryRun,
    changes,
    objects: [...objects, ...preflighted.untouched.map(untouchedObject)],
  };
}

const REPLICAS = '/spec/replicas';

async function candidateOf(session: Session, request: WakeRequest, id: string): Promise<Candidate> {
  const { object: named, namespace, replicas, force, runtime, version, signal } = request;
  const known = kindNamed(named.kind);
  if (known === undefined || known.kind === 'CronJob' || known.kind === 'DaemonSet')
    throw new UpidError('usage', `a ${known?.kind ?? named.kind} has no replicas to be woken`, {
      remedy: 'name a deployment or a statefulset',
    });
  const { apiVersion, kind } = known;
  const place = { apiVersion, kind, namespace: namespace ?? session.client.namespace, name: named.name, uid: '' };
  const resource = await new ResourceIndex(session.client, signal).find(place);
  const object = await readObject(session.client, objectPath(place, resource), signal);
  const target = referenceOf(object, apiVersion, kind);
  const found = valueAt(object, REPLICAS);
  if (replicas !== undefined) {
    const context = { change: id, at: new Date(runtime.now()).toISOString(), version };
    const wanted = {
      target,
      kind: 'wake' as const,
      reason: `${replicas} replicas were asked for`,
      changes: [],
      patch: [
        { op: 'test' as const, path: '/metadata/uid', value: target.uid },
        { op: 'test' as const, path: REPLICAS, value: found },
        { op: 'replace' as const, path: REPLICAS, value: replicas },
      ],
    };
    const plan: Candidate['plan'] = (present, served) =>
      found === replicas ? { unchanged: `it has ${replicas} replicas` } : applyStep(wanted, present, served, context);
    return { target, kind: 'wake', plan };
  }
  if (found !== 0) return { target, kind: 'wake', plan: () => ({ unchanged: 'it is awake' }) };
  const { undoable, undoes } = await formerOf(session, request, target, object);
  return undoCandidate({ target, undoable, undoes, kind: 'wake', force, reason: 'it is woken' });
}

/** The replicas before it was scaled to zero, from its mark, else from the journal. */
async function formerOf(
  session: Session,
  { runtime }: WakeRequest,
  target: ObjectReference,
  object: unknown,
): Promise<{ readonly undoable: Undoable; readonly undoes: string }> {
  const mark = markedOf(object, target.apiVersion, target.kind)?.marks.findLast(({ values }) => values.some(wasPositive));
  if (mark !== undefined) return { undoable: undoableOfMark(mark), undoes: mark.change };
  for (const { id, steps } of (await changesOf(session, runtime)).toReversed()) {
    const step = steps.find((each) => each.target.uid === target.uid && isStanding(each) && each.values.some(wasPositive));
    if (step !== undefined) return { undoable: undoableOf(step), undoes: id };
  }
  throw new UpidError('change-missing', `how many replicas ${target.kind.toLowerCase()} "${target.name}" had is not known`, {
    remedy: 'say so by --replicas',
  });
}

function wasPositive({ path, from, to }: { readonly path: string; readonly from?: unknown; readonly to?: unknown }): boolean {
  return path === REPLICAS && to === 0 && typeof from === 'number' && from > 0;
}
