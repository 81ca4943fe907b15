/**
 * The operations of a recommendation, read from a file: only what such a recommendation may write, on the object that it names,
 * with the values that it shows. Whoever hands on a plan can therefore make it change nothing else.
 */

import type { JsonPatchOperation, RecommendationKind, ValueChange } from '../../types/plan.ts';
import type { ObjectReference } from '../../types/workload.ts';
import { type Field, refuse } from './fields.ts';

/** Paths that each kind may write; kinds that are absent write nothing. */
const WRITABLE: Readonly<Partial<Record<RecommendationKind, RegExp>>> = {
  'scale-to-zero': /^\/spec\/replicas$/,
  rightsize: /^\/spec\/(?:[^/]+\/)*(?:c|initC)ontainers\/\d+\/resources(?:\/(?:requests|limits)(?:\/(?:cpu|memory))?)?$/,
};

export function readOperations(field: Field, kind: RecommendationKind, target: ObjectReference): readonly JsonPatchOperation[] {
  const operations = field.list();
  if (operations.length === 0) return [];
  const read = operations.map(readOperation);
  const [first] = read;
  if (first?.op !== 'test' || first.path !== '/metadata/uid' || first.value !== target.uid || target.uid === '')
    operations[0]!.refuse(`a test that /metadata/uid is that of the target, "${target.uid}"`);
  for (const [at, { op, path }] of read.entries()) {
    if (op !== 'test' && !WRITABLE[kind]?.test(path))
      refuse(field.file, `${field.path}[${at}].path`, `is ${JSON.stringify(path)}`, `a path that ${kind} may change`);
  }
  return read;
}

function readOperation(field: Field): JsonPatchOperation {
  const fields = field.object(['op', 'path', 'value']);
  const op = fields.get('op').oneOf('test', 'add', 'replace', 'remove');
  const path = fields.get('path').matching(/^(?:\/(?:[^~/]|~[01])*)+$/, 'a JSON pointer, such as /spec/replicas');
  if (op !== 'remove') return { op, path, value: fields.get('value').json() };
  fields.optional('value', (value) => value.refuse('left out: remove takes no value'));
  return { op, path };
}

/** What a patch writes must be what its changes show. */
export function checkShown(field: Field, patch: readonly JsonPatchOperation[], changes: readonly ValueChange[]): void {
  if (patch.length === 0) return;
  const written = patch.flatMap(writtenBy).toSorted();
  const told = changes.map(({ field: name, to }) => `${name}=${to}`).toSorted();
  const unseen = written.find((each) => !told.includes(each)) ?? told.find((each) => !written.includes(each));
  if (unseen !== undefined || written.length !== told.length)
    refuse(field.file, field.path, `does not write what changes shows (${unseen ?? told.join(', ')})`, 'the same in both');
}

/** `requests.cpu=250m` for each value that an operation writes. */
function writtenBy(operation: JsonPatchOperation): readonly string[] {
  if (operation.op !== 'add' && operation.op !== 'replace') return [];
  const names = operation.path.split('/').slice(1);
  const from = names.lastIndexOf('resources');
  return leaves(from < 0 ? 'replicas' : names.slice(from + 1).join('.'), operation.value);
}

function leaves(name: string, value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [`${name}=${String(value)}`];
  return Object.entries(value).flatMap(([inner, each]) => leaves(name === '' ? inner : `${name}.${inner}`, each));
}
