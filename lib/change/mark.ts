/**
 * What a change leaves on each object that it touches: an annotation with the former values, so that another machine, whose
 * journal is empty, can undo it too. Several changes of one object stand in it one after the other; the last one out removes it.
 */

import type { ChangeStep, WrittenValue } from '../types/change.ts';
import type { JsonPatchOperation } from '../types/plan.ts';
import { escapeToken, isObject, valueAt } from './values.ts';

export const CHANGE_ANNOTATION = 'upid.dev/change';

/** One change in the annotation. */
export interface Mark {
  /** Its id. */
  readonly change: string;
  readonly kind: ChangeStep['kind'];
  /** Of the object it was written on: a copy of the object under another uid was not changed by anybody. */
  readonly uid: string;
  /** RFC 3339. */
  readonly at: string;
  /** Of this program. */
  readonly version: string;
  readonly values: readonly WrittenValue[];
  /** What must hold for the values to be those of the same containers: names by pointer. */
  readonly guards?: Readonly<Record<string, unknown>>;
}

const PATH = `/metadata/annotations/${escapeToken(CHANGE_ANNOTATION)}`;

/** Oldest first; undefined where the annotation is not of this program's form, as somebody has written into it. */
export function marksOf(object: unknown): readonly Mark[] | undefined {
  const text = valueAt(object, PATH);
  if (text === undefined) return [];
  try {
    const marks: unknown = JSON.parse(String(text));
    return Array.isArray(marks) && marks.every(isMark) ? marks : undefined;
  } catch {
    return undefined;
  }
}

export function markOf(object: unknown, change: string): Mark | undefined {
  return marksOf(object)?.find((mark) => mark.change === change);
}

/** Operations that bring the annotation to these marks, and fail where the object's annotations are no longer as they were read. */
export function markOperations(object: unknown, marks: readonly Mark[]): readonly JsonPatchOperation[] {
  const annotations = valueAt(object, '/metadata/annotations');
  const present = valueAt(object, PATH);
  const value = JSON.stringify(marks);
  // That something is absent cannot be tested; that the object is still the one that was read can.
  const unmoved: JsonPatchOperation = {
    op: 'test',
    path: '/metadata/resourceVersion',
    value: valueAt(object, '/metadata/resourceVersion'),
  };
  if (annotations === undefined || annotations === null) {
    if (marks.length === 0) return [];
    return [unmoved, { op: 'add', path: '/metadata/annotations', value: { [CHANGE_ANNOTATION]: value } }];
  }
  if (present === undefined) return marks.length === 0 ? [] : [unmoved, { op: 'add', path: PATH, value }];
  const asRead: JsonPatchOperation = { op: 'test', path: PATH, value: present };
  if (marks.length > 0) return [asRead, { op: 'replace', path: PATH, value }];
  const isAlone = isObject(annotations) && Object.keys(annotations).length === 1;
  return isAlone ? [asRead, unmoved, { op: 'remove', path: '/metadata/annotations' }] : [asRead, { op: 'remove', path: PATH }];
}

function isMark(value: unknown): value is Mark {
  if (!isObject(value)) return false;
  const { change, uid, at, version, values, kind, guards } = value;
  return (
    [change, uid, at, version, kind].every((each) => typeof each === 'string') &&
    (guards === undefined || isObject(guards)) &&
    Array.isArray(values) &&
    values.every((each) => isObject(each) && typeof each.path === 'string' && each.path.startsWith('/'))
  );
}
