/** Carries out the steps of a change, some at a time: each is written down before it is sent, followed, and taken back where it fails. */

import type { KubeClient } from '../kube/client.ts';
import type { AuditEntry, AuditSink } from '../types/audit.ts';
import type { Change, StepState, WrittenValue } from '../types/change.ts';
import { UpidError } from '../types/errors.ts';
import type { ObjectReference } from '../types/workload.ts';
import type { EventReason, EventWriter } from './events.ts';
import type { Journal } from './journal/journal.ts';
import { readObject, writeObject } from './object.ts';
import { type Before, follow, type Outcome, stateBefore } from './rollout/follow.ts';
import { type PlannedStep, type Stage, stageText } from './step.ts';
import { undoStage } from './undo-step.ts';

export interface CarryOut {
  readonly client: KubeClient;
  readonly change: Omit<Change, 'steps' | 'endedAtMs'>;
  readonly steps: readonly PlannedStep[];
  readonly journal: Journal;
  readonly audit: AuditSink;
  readonly events: EventWriter;
  /** Ends it after the patches that are under way. */
  readonly signal: AbortSignal;
  readonly elapsed: () => number;
  /** Until the pods of one object must be ready. */
  readonly timeoutSeconds: number;
  /** So long they must stay so. */
  readonly settleSeconds: number;
  /** All or nothing. */
  readonly atomic: boolean;
  /** False: what is written is not followed. */
  readonly watched: boolean;
  /** Told what happens to an object. */
  readonly tell: (target: ObjectReference, says: string) => void;
}

/** What became of a step. */
export interface StepEnd {
  readonly step: PlannedStep;
  readonly state: StepState;
  readonly reason?: string;
}

/** Objects at a time: few, so that what goes wrong goes wrong on few. */
const BATCH = 4;

/**
 * The ends of all steps, in their order. Steps that were not begun when the signal came are `intended`.
 * @throws UpidError journal-unwritable, output-unwritable: then nothing more is sent
 */
export async function carryOut(run: CarryOut): Promise<readonly StepEnd[]> {
  const ends: StepEnd[] = run.steps.map((step) => ({ step, state: 'intended' }));
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const stops = (): boolean => failure !== undefined || run.signal.aborted || (run.atomic && ends.some(isFailed));
  const work = async (): Promise<void> => {
    while (next < run.steps.length && !stops()) {
      const at = next++;
      try {
        ends[at] = await carryOutStep(run, at);
      } catch (error) {
        failure ??= { error };
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(BATCH, run.steps.length) }, work));
  if (failure !== undefined) throw failure.error;
  if (run.atomic && ends.some(isFailed)) await takeAllBack(run, ends);
  return ends;
}

function isFailed({ state }: Pick<StepEnd, 'state'>): boolean {
  return ['sent', 'refused', 'undone', 'undo-refused'].includes(state);
}

async function carryOutStep(run: CarryOut, at: number): Promise<StepEnd> {
  const step = run.steps[at]!;
  const object = await readObject(run.client, step.path).catch(unlessGone);
  if (object === undefined) return refuse(run, at, 'it is gone');
  const before = await stateBefore(run.client, step.target, object);
  for (const [stage, planned] of step.stages.entries()) {
    if (stage > 0 && run.signal.aborted)
      return { step, state: 'applied', reason: `stopped after ${stage} of ${step.stages.length} patches` };
    run.tell(step.target, stageText(planned));
    const ended = await carryOutStage(run, at, stage, before);
    if (ended !== undefined) return ended;
  }
  const verified = run.watched ? 'verified' : 'applied';
  if (run.watched) await run.journal.step({ step: at, state: verified, stage: step.stages.length - 1 });
  await note(run, step, verified);
  run.tell(step.target, verified);
  await announce(run, step, eventOf(step), describe(step.intended.values));
  return { step, state: verified };
}

function unlessGone(error: unknown): undefined {
  if (error instanceof UpidError && error.id === 'not-found') return undefined;
  throw error;
}

function eventOf({ intended }: PlannedStep): EventReason {
  if (intended.kind === 'wake') return 'UpidWoken';
  return intended.kind === 'undo' ? 'UpidRolledBack' : 'UpidVerified';
}

/** Undefined where it went well. */
async function carryOutStage(run: CarryOut, at: number, stage: number, before: Before): Promise<StepEnd | undefined> {
  const step = run.steps[at]!;
  const planned = step.stages[stage]!;
  // What is on its way is in the journal and the trail before it is sent.
  if (stage === 0) await note(run, step, 'intended');
  await run.journal.step({ step: at, state: 'sent', stage });
  const written = await writeObject(run.client, { path: step.path, ...planned });
  if (written.state === 'unknown') {
    await note(run, step, 'sent', written.reason);
    return { step, state: 'sent', reason: written.reason };
  }
  if (written.state === 'refused') {
    if (stage > 0) return takeBack(run, at, written.reason);
    return refuse(run, at, written.reason);
  }
  await run.journal.step({ step: at, state: 'applied', stage });
  await note(run, step, 'applied', stageText(planned));
  if (stage === 0) await announce(run, step, 'UpidApplied', `${stageText(planned)} (change ${run.change.id})`);
  if (!run.watched) return undefined;
  const outcome = await watchStage(run, step, planned, before);
  if (outcome.state === 'ready') return undefined;
  if (outcome.state !== 'interrupted') return takeBack(run, at, outcome.reason);
  await run.journal.step({ step: at, state: 'applied', stage, reason: outcome.reason });
  return { step, state: 'applied', reason: outcome.reason };
}

function watchStage(run: CarryOut, step: PlannedStep, { values }: Stage, before: Before): Promise<Outcome> {
  const { target, path } = step;
  const { client, signal, timeoutSeconds, settleSeconds, elapsed } = run;
  let told = '';
  return follow(client, {
    target,
    path,
    before,
    values,
    timeoutSeconds,
    settleSeconds: before.wanted === 0 && before.pods === undefined ? 0 : settleSeconds,
    signal,
    elapsed,
    onProgress(says) {
      if (says !== told) run.tell(target, says);
      told = says;
    },
  });
}

async function refuse(run: CarryOut, at: number, reason: string): Promise<StepEnd> {
  const step = run.steps[at]!;
  await run.journal.step({ step: at, state: 'refused', reason });
  await note(run, step, 'refused', reason);
  run.tell(step.target, `refused: ${reason}`);
  await announce(run, step, 'UpidRefused', reason);
  return { step, state: 'refused', reason };
}

/** Brings the former values back, since the new ones did not do. What takes something back itself has none to go back to. */
async function takeBack(run: CarryOut, at: number, reason: string): Promise<StepEnd> {
  const step = run.steps[at]!;
  const { target, path, undo } = step;
  if (undo === undefined) {
    await run.journal.step({ step: at, state: 'applied', reason });
    await note(run, step, 'failed', reason);
    run.tell(target, reason);
    return { step, state: 'undo-refused', reason };
  }
  run.tell(target, `${reason}: taken back`);
  await run.journal.step({ step: at, state: 'sent', takingBack: true, reason });
  const stage = undoStage({ undoable: undo, undoes: run.change.id, force: false });
  const written = await writeObject(run.client, { path, ...stage });
  if (written.state === 'unknown') return { step, state: 'sent', reason: `${reason}; ${written.reason}` };
  const [state, why, event] =
    written.state === 'refused'
      ? (['undo-refused', `${reason}; it was not taken back: ${written.reason}`, 'UpidRollbackRefused'] as const)
      : (['undone', reason, 'UpidRolledBack'] as const);
  await run.journal.step({ step: at, state, reason: why });
  await note(run, step, state, why);
  run.tell(target, state === 'undone' ? 'the former values are back' : why);
  await announce(run, step, event, why);
  return { step, state, reason: why };
}

async function takeAllBack(run: CarryOut, ends: StepEnd[]): Promise<void> {
  for (const [at, { state }] of [...ends.entries()].toReversed()) {
    if (state === 'applied' || state === 'verified')
      ends[at] = await takeBack(run, at, 'another object of the change failed (--atomic)');
  }
}

function note({ audit, change }: CarryOut, step: PlannedStep, event: string, outcome?: string): Promise<void> {
  return audit.append({
    ...auditedChange(change),
    event,
    target: step.target,
    ...(event === 'intended' && { values: step.intended.values, reason: step.reason, evidence: step.evidence }),
    ...(outcome !== undefined && { outcome }),
  });
}

/** What each entry of the trail says of the change that it belongs to. */
export function auditedChange({
  id,
  action,
  cluster: { id: clusterId, context, server },
  by,
}: CarryOut['change']): Pick<AuditEntry, 'action' | 'change' | 'cluster' | 'by'> {
  return { action, change: id, cluster: { id: clusterId, context, server }, by };
}

function announce({ events, change }: CarryOut, { target }: PlannedStep, reason: EventReason, text: string): Promise<void> {
  return events.write(target, reason, text, change.action);
}

function describe(values: readonly WrittenValue[]): string {
  return values
    .map(({ path, from, to }) => `${path} ${JSON.stringify(from) ?? 'unset'} -> ${JSON.stringify(to) ?? 'unset'}`)
    .join(', ');
}
