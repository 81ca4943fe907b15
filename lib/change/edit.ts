/** What a patch writes on an object as it stands, and the patch that takes it back. Pure. */

import type { WrittenValue } from '../types/change.ts';
import type { JsonPatchOperation } from '../types/plan.ts';
import { isSame, spoken, valueAt, withValueAt } from './values.ts';

const UID = '/metadata/uid';

/** Each value that a patch writes, with what stands there now; in the order of the patch. */
export function writtenBy(patch: readonly JsonPatchOperation[], object: unknown): readonly WrittenValue[] {
  let current = object;
  return patch.flatMap((operation) => {
    if (operation.op === 'test') return [];
    const { path } = operation;
    const from = valueAt(current, path);
    const to = operation.op === 'remove' ? undefined : operation.value;
    current = withValueAt(current, path, to);
    return [{ path, ...(from !== undefined && { from }), ...(to !== undefined && { to }) }];
  });
}

/** What a patch tests besides the object's uid and the values that it changes or adds to: names of containers. */
export function guardsOf(patch: readonly JsonPatchOperation[]): Readonly<Record<string, unknown>> {
  const written = patch.flatMap(({ op, path }) => (op === 'test' ? [] : [path]));
  return Object.fromEntries(
    patch.flatMap((operation) => {
      if (operation.op !== 'test' || operation.path === UID || operation.path.startsWith('/metadata/')) return [];
      const isWritten = written.some((path) => path === operation.path || path.startsWith(`${operation.path}/`));
      return isWritten ? [] : [[operation.path, operation.value] as const];
    }),
  );
}

/** The first presumption of a patch that does not hold, in words; undefined where all of them do. */
export function brokenPresumption(patch: readonly JsonPatchOperation[], object: unknown): string | undefined {
  const written = new Set<string>();
  for (const operation of patch) {
    const { op, path } = operation;
    if (op !== 'test') written.add(path);
    else if (!written.has(path) && !isSame(valueAt(object, path), operation.value)) {
      if (path === UID) return 'it is another object of the same name: the one that was looked at is gone';
      return `${path} is ${spoken(valueAt(object, path))} and no longer ${spoken(operation.value)}`;
    }
  }
  return undefined;
}

/** What is to be taken back. */
export interface Undoable {
  readonly uid: string;
  readonly values: readonly WrittenValue[];
  readonly guards: Readonly<Record<string, unknown>>;
  /** Other values that the same change wrote on the way: one replica between three and none. */
  readonly passing?: Readonly<Record<string, readonly unknown[]>>;
}

export type Undo =
  | { readonly patch: readonly JsonPatchOperation[] }
  /** The former values stand there already. */
  | { readonly done: true }
  /** What somebody has changed since, in words. */
  | { readonly conflict: string };

/**
 * Brings the former values back, the last one first. Values that somebody has changed since are a conflict, unless `force`
 * brings the former ones back over them.
 */
export function undoOf(undoable: Undoable, object: unknown, { force }: { readonly force: boolean }): Undo {
  if (valueAt(object, UID) !== undoable.uid)
    return { conflict: 'it is another object of the same name: the changed one is gone' };
  const moved = Object.entries(undoable.guards).find(([path, value]) => !isSame(valueAt(object, path), value));
  // Not even by force: the former values would go to another container.
  if (moved !== undefined)
    return { conflict: `${moved[0]} is ${spoken(valueAt(object, moved[0]))} and no longer ${spoken(moved[1])}` };
  const open = undoable.values.filter(({ path, from }) => !isSame(valueAt(object, path), from));
  if (open.length === 0) return { done: true };
  const conflict = force ? undefined : open.find((value) => !isOurs(value, undoable, object));
  if (conflict !== undefined) {
    const found = spoken(valueAt(object, conflict.path));
    return { conflict: `${conflict.path} is ${found}: somebody has changed it since it was set to ${spoken(conflict.to)}` };
  }
  return { patch: takingBack(undoable, open, object) };
}

function isOurs({ path, to }: WrittenValue, { passing }: Undoable, object: unknown): boolean {
  const found = valueAt(object, path);
  return isSame(found, to) || (passing?.[path] ?? []).some((value) => isSame(found, value));
}

function takingBack({ uid, guards }: Undoable, open: readonly WrittenValue[], object: unknown): readonly JsonPatchOperation[] {
  const tests: JsonPatchOperation[] = [
    { op: 'test', path: UID, value: uid },
    ...Object.entries(guards).map(([path, value]): JsonPatchOperation => ({ op: 'test', path, value })),
  ];
  const changes: JsonPatchOperation[] = [];
  for (const { path, from } of open.toReversed()) {
    const found = valueAt(object, path);
    if (found !== undefined) tests.push({ op: 'test', path, value: found });
    if (from !== undefined) changes.push({ op: found === undefined ? 'add' : 'replace', path, value: from });
    else changes.push({ op: 'remove', path });
  }
  return [...tests, ...changes];
}
