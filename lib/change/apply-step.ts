/** A recommendation as a step: by way of one replica where it ends at none, and on from where an earlier run was cut off. Pure. */

import type { ChangeStep, WrittenValue } from '../types/change.ts';
import type { Recommendation } from '../types/plan.ts';
import { brokenPresumption, guardsOf, writtenBy } from './edit.ts';
import { type Mark, marksOf } from './mark.ts';
import { objectPath, type ServedResource } from './resource-path.ts';
import { intendedOf, type Planned, type PlannedStep, type Stage, undoableOf } from './step.ts';
import { isSame, valueAt } from './values.ts';

/** What is to be written on one object, with the values that it presumes. */
export interface Wanted extends Pick<Recommendation, 'target' | 'patch' | 'reason' | 'changes'> {
  readonly kind: ChangeStep['kind'];
}

export interface ApplyContext {
  readonly change: string;
  /** RFC 3339. */
  readonly at: string;
  readonly version: string;
}

/** What it is to the object as it stands. */
export function applyStep(recommendation: Wanted, object: unknown, resource: ServedResource, context: ApplyContext): Planned {
  const { patch, target } = recommendation;
  const marks = marksOf(object) ?? [];
  const broken = brokenPresumption(patch, object);
  if (broken === undefined) return { step: stepOf(recommendation, writtenBy(patch, object), resource, context, undefined) };
  const written = presumed(recommendation);
  if (valueAt(object, '/metadata/uid') !== target.uid) return { refused: broken };
  const theirs = marks.filter(({ uid, values }) => uid === target.uid && isBehind(values, written, object));
  if (written.every(({ path, to }) => isSame(valueAt(object, path), to))) {
    const by = theirs.at(-1);
    return { unchanged: `it is so already${by === undefined ? '' : `, by change ${by.change}`}` };
  }
  const [cutOff] = theirs;
  // The former values are those that the cut-off change found, and no other than the plan presumes.
  if (cutOff !== undefined)
    return { step: stepOf(recommendation, cutOff.values.map(finalOf(written)), resource, context, cutOff) };
  return { refused: `${broken}: somebody has changed it since the plan was made` };
}

/** What the plan wants, from the values that it presumes. */
function presumed({ patch }: Wanted): readonly WrittenValue[] {
  const tested = new Map(patch.flatMap((each) => (each.op === 'test' ? [[each.path, each.value] as const] : [])));
  return patch.flatMap((operation) => {
    if (operation.op === 'test') return [];
    const { path } = operation;
    const to = operation.op === 'remove' ? undefined : operation.value;
    return [{ path, ...(tested.has(path) && { from: tested.get(path) }), ...(to !== undefined && { to }) }];
  });
}

/** Whether the object stands where a change left it that began from what the plan presumes. */
function isBehind(values: readonly WrittenValue[], wanted: readonly WrittenValue[], object: unknown): boolean {
  return (
    values.length === wanted.length &&
    wanted.every(({ path, from }) => {
      const value = values.find((each) => each.path === path);
      return value !== undefined && isSame(value.from, from) && isSame(valueAt(object, path), value.to);
    })
  );
}

function finalOf(wanted: readonly WrittenValue[]) {
  return (value: WrittenValue): WrittenValue => ({ ...value, ...wanted.find(({ path }) => path === value.path) });
}

function stepOf(
  recommendation: Wanted,
  values: readonly WrittenValue[],
  resource: ServedResource,
  context: ApplyContext,
  cutOff: Mark | undefined,
): PlannedStep {
  const { target, kind, patch, reason, changes } = recommendation;
  const guards = guardsOf(patch);
  const [only] = values;
  const steps = kind === 'scale-to-zero' && only !== undefined && cutOff === undefined ? replicaSteps(only) : [values];
  const stages = steps.map((reached, at) => stageOf({ recommendation, reached, from: steps[at - 1], guards, cutOff, context }));
  const intended = intendedOf({
    target,
    kind,
    patch,
    values,
    stages: stages.length,
    guards,
    passing: passingOf(steps.slice(0, -1)),
    ...(cutOff !== undefined && { continues: cutOff.change }),
  });
  return {
    target,
    path: objectPath(target, resource),
    intended,
    stages: stages as [Stage, ...Stage[]],
    reason,
    evidence: changes.map(({ field, container, rule, evidence }) => `${container ?? ''} ${field}: ${rule}; ${evidence}`.trim()),
    undo: undoableOf(intended),
  };
}

/** N → 1 → 0: the last replica shows whether somebody misses the others. */
function replicaSteps(value: WrittenValue): readonly (readonly WrittenValue[])[] {
  const isLong = typeof value.from === 'number' && value.from > 1 && value.to === 0;
  return isLong ? [[{ ...value, to: 1 }], [value]] : [[value]];
}

function passingOf(steps: readonly (readonly WrittenValue[])[]): Readonly<Record<string, readonly unknown[]>> {
  const all = steps.flat();
  return Object.fromEntries(
    [...new Set(all.map(({ path }) => path))].map((path) => [path, all.filter((each) => each.path === path).map(({ to }) => to)]),
  );
}

interface StageParts {
  readonly recommendation: Wanted;
  /** Values that stand after it, from what stood before the step. */
  readonly reached: readonly WrittenValue[];
  /** After the stage before it. */
  readonly from: readonly WrittenValue[] | undefined;
  readonly guards: Readonly<Record<string, unknown>>;
  readonly cutOff: Mark | undefined;
  readonly context: ApplyContext;
}

function stageOf({ recommendation, reached, from, guards, cutOff, context }: StageParts): Stage {
  const { target, kind, patch } = recommendation;
  const { change } = context;
  const mark: Mark = {
    change,
    kind,
    uid: target.uid,
    at: context.at,
    version: context.version,
    values: reached,
    ...(Object.keys(guards).length > 0 && { guards }),
  };
  const starts = from ?? cutOff?.values;
  // The plan's own operations with the values of this stage; where it goes on, from the values that stand now.
  const operations = patch.map((operation) => {
    if (operation.op === 'remove') return operation;
    const { path } = operation;
    const isWritten = reached.some((each) => each.path === path);
    if (!isWritten) return operation;
    const value =
      operation.op === 'test' ? starts?.find((each) => each.path === path) : reached.find((each) => each.path === path);
    return value === undefined ? operation : { ...operation, value: value.to };
  });
  return {
    values: reached,
    propose(object) {
      const present = marksOf(object)?.find((each) => each.change === change);
      // An answer was lost, and the patch had arrived.
      if (present !== undefined && isSame(present.values, reached)) return { done: true };
      const broken = brokenPresumption(operations, object);
      return broken === undefined ? { patch: operations } : { refused: `${broken}: somebody has changed it meanwhile` };
    },
    marks: (present) => [...present.filter((each) => each.change !== change && each.change !== cutOff?.change), mark],
  };
}
