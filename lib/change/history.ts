/** What all journals together say: a later change may have taken an earlier one back, or gone on with it. Pure. */

import type { Change, ChangeState } from '../types/change.ts';
import type { ObjectReference } from '../types/workload.ts';
import type { JournaledChange, JournaledStep } from './journal/records.ts';

export interface TrackedChange extends JournaledChange {
  readonly state: ChangeState;
}

/** @param isRunning whether the process of a change lives */
export function tracked(
  changes: readonly JournaledChange[],
  isRunning: (change: JournaledChange) => boolean,
): readonly TrackedChange[] {
  return changes.map((change) => {
    const steps = change.steps.map((step) => afterOthers(change, step, changes));
    return { ...change, steps, state: stateOf({ ...change, steps }, isRunning(change)) };
  });
}

/** States in which something of a step stands on the object. */
const STANDING: ReadonlySet<string> = new Set(['sent', 'applied', 'verified', 'undo-refused']);

export function isStanding({ state }: Pick<JournaledStep, 'state'>): boolean {
  return STANDING.has(state);
}

function afterOthers(change: JournaledChange, step: JournaledStep, changes: readonly JournaledChange[]): JournaledStep {
  if (!isStanding(step)) return step;
  const done = (each: JournaledStep): boolean =>
    sameObject(each.target, step.target) && ['applied', 'verified'].includes(each.state);
  const undoing = changes.find(({ undoes, steps }) => undoes === change.id && steps.some(done));
  if (undoing !== undefined) return { ...step, state: 'undone', reason: `by change ${undoing.id}` };
  const continuing = changes.find(({ steps }) => steps.some((each) => each.continues === change.id && done(each)));
  return continuing === undefined ? step : { ...step, state: 'continued', reason: `by change ${continuing.id}` };
}

function sameObject(a: ObjectReference, b: ObjectReference): boolean {
  return a.uid === b.uid && a.namespace === b.namespace && a.name === b.name && a.kind === b.kind;
}

function stateOf({ steps, endedAtMs }: Pick<Change, 'steps' | 'endedAtMs'>, isRunning: boolean): ChangeState {
  if (endedAtMs === undefined && isRunning) return 'running';
  const count = (...states: readonly string[]): number => steps.filter(({ state }) => states.includes(state)).length;
  const undone = count('undone');
  if (undone > 0) return undone + count('refused', 'intended') === steps.length ? 'undone' : 'partly undone';
  if (endedAtMs === undefined) return 'cut off';
  if (count('refused') === steps.length) return 'refused';
  return count('verified', 'applied', 'continued') === steps.length ? 'done' : 'partly done';
}
