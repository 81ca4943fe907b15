/** The lines of a journal and what they say together: a change with the state of each of its steps. Pure. */

import type { Change, ChangeStep, StepState } from '../../types/change.ts';

/** A step as it is intended: everything but what becomes of it. */
export type IntendedStep = Omit<ChangeStep, 'state' | 'reason' | 'atMs' | 'stagesDone'> & {
  /** Names of containers by pointer, which must hold for the former values to go back. */
  readonly guards: Readonly<Record<string, unknown>>;
  /** Values that are written on the way, by pointer. */
  readonly passing: Readonly<Record<string, readonly unknown[]>>;
};

/** First line: all that is needed to undo, before the first request. */
export interface Intent {
  readonly record: 'intent';
  readonly format: 1;
  readonly change: Omit<Change, 'steps' | 'endedAtMs'>;
  /** Of this program. */
  readonly version: string;
  /** Who carries it out, so that others can tell whether it still runs. */
  readonly process: { readonly id: number; readonly host: string };
  readonly steps: readonly IntendedStep[];
}

export interface StepRecord {
  readonly record: 'step';
  readonly step: number;
  readonly state: StepState;
  /** Of the patches, from 0; the step's only one where absent. */
  readonly stage?: number;
  /** With `sent`: what was asked for is that the former values come back, since it did not go well. */
  readonly takingBack?: true;
  readonly reason?: string;
  readonly atMs: number;
}

export interface EndRecord {
  readonly record: 'end';
  readonly atMs: number;
}

export type JournalRecord = Intent | StepRecord | EndRecord;

export interface JournaledStep extends ChangeStep, Pick<IntendedStep, 'guards' | 'passing'> {
  /** The last request, whose answer may not be known, was for the former values. */
  readonly takingBack: boolean;
}

export interface JournaledChange extends Change {
  readonly version: string;
  readonly process: Intent['process'];
  readonly steps: readonly JournaledStep[];
}

/** What the lines of one journal say. */
export function changeOf({ change, version, process, steps }: Intent, records: readonly JournalRecord[]): JournaledChange {
  const end = records.find(({ record }) => record === 'end') as EndRecord | undefined;
  const byStep = Map.groupBy(
    records.filter((each): each is StepRecord => each.record === 'step'),
    ({ step }) => step,
  );
  return {
    ...change,
    version,
    process,
    ...(end !== undefined && { endedAtMs: end.atMs }),
    steps: steps.map((step, at) => stepAfter(step, byStep.get(at) ?? [], change.startedAtMs)),
  };
}

function stepAfter(intended: IntendedStep, records: readonly StepRecord[], startedAtMs: number): JournaledStep {
  const last = records.at(-1);
  const stagesDone = Math.max(0, ...records.map(({ state, stage = 0 }) => (state === 'applied' ? stage + 1 : 0)));
  return {
    ...intended,
    stagesDone,
    takingBack: last?.takingBack === true,
    state: last?.state ?? 'intended',
    ...(last?.reason !== undefined && { reason: last.reason }),
    atMs: last?.atMs ?? startedAtMs,
  };
}
