/** JSON patches (RFC 6902) with the values they presume, and the patches that take them back. */

import type { JsonPatchOperation } from '../types/plan.ts';
import type { ContainerSpec, ObjectReference } from '../types/workload.ts';
import type { ResourceName } from './resource.ts';

export interface Edit {
  readonly patch: readonly JsonPatchOperation[];
  readonly undo: readonly JsonPatchOperation[];
}

/** Edits of one object as one: it must still be the object that was seen, and undoing goes backwards. */
export function editOf(ref: ObjectReference, edits: readonly Edit[]): Edit {
  const identity: JsonPatchOperation = { op: 'test', path: '/metadata/uid', value: ref.uid };
  return {
    patch: [identity, ...edits.flatMap(({ patch }) => patch)],
    undo: [identity, ...edits.toReversed().flatMap(({ undo }) => undo)],
  };
}

export function replicasEdit(from: number, to: number): Edit {
  const path = '/spec/replicas';
  return { patch: replacing(path, from, to), undo: replacing(path, to, from) };
}

/** Quantities to write into one container; what is absent is left. */
export interface ContainerValues {
  readonly requests: Partial<Readonly<Record<ResourceName, string>>>;
  readonly limits: Partial<Readonly<Record<ResourceName, string>>>;
}

/**
 * Writes quantities into the container at a JSON pointer. A value that is there is tested and replaced. Where one is
 * added, the object that it is added to is tested as a whole, which also shows that the value is still missing.
 */
export function containerEdit(path: string, container: ContainerSpec, values: ContainerValues): Edit {
  const name: JsonPatchOperation = { op: 'test', path: `${path}/name`, value: container.name };
  const written = container.resourcesAsWritten;
  const steps = written === undefined ? [addedWhole(path, values)] : sections(`${path}/resources`, written, values);
  return {
    patch: [name, ...unique(steps.flatMap(({ tests }) => tests)), ...steps.flatMap(({ changes }) => changes)],
    undo: [name, ...unique(steps.flatMap(({ undoTests }) => undoTests)), ...steps.toReversed().flatMap(({ undoes }) => undoes)],
  };
}

/** One change with its presumptions: all tests come before all changes, since a change may alter what another one tests. */
interface Step {
  readonly tests: readonly JsonPatchOperation[];
  readonly changes: readonly JsonPatchOperation[];
  readonly undoTests: readonly JsonPatchOperation[];
  readonly undoes: readonly JsonPatchOperation[];
}

/** A container without `resources`, as only custom kinds have them. That it has none cannot be tested by RFC 6902. */
function addedWhole(path: string, { requests, limits }: ContainerValues): Step {
  const value = { ...(isAny(requests) && { requests }), ...(isAny(limits) && { limits }) };
  return added(`${path}/resources`, value, []);
}

function sections(path: string, written: Readonly<Record<string, unknown>>, values: ContainerValues): readonly Step[] {
  return (['requests', 'limits'] as const).flatMap((section) => {
    const wanted = values[section];
    if (!isAny(wanted)) return [];
    const present = written[section] as Readonly<Record<string, unknown>> | undefined | null;
    const at = `${path}/${section}`;
    if (present === undefined || present === null) return [added(at, wanted, [{ op: 'test', path, value: written }])];
    return Object.entries(wanted).map(([resource, value]) =>
      Object.hasOwn(present, resource)
        ? replaced(`${at}/${resource}`, present[resource], value)
        : added(`${at}/${resource}`, value, [{ op: 'test', path: at, value: present }]),
    );
  });
}

function added(path: string, value: unknown, tests: readonly JsonPatchOperation[]): Step {
  return {
    tests,
    changes: [{ op: 'add', path, value }],
    undoTests: [{ op: 'test', path, value }],
    undoes: [{ op: 'remove', path }],
  };
}

function replaced(path: string, from: unknown, to: unknown): Step {
  return {
    tests: [{ op: 'test', path, value: from }],
    changes: [{ op: 'replace', path, value: to }],
    undoTests: [{ op: 'test', path, value: to }],
    undoes: [{ op: 'replace', path, value: from }],
  };
}

function replacing(path: string, from: unknown, to: unknown): readonly JsonPatchOperation[] {
  return [
    { op: 'test', path, value: from },
    { op: 'replace', path, value: to },
  ];
}

function isAny(values: ContainerValues['requests']): boolean {
  return Object.keys(values).length > 0;
}

function unique(operations: readonly JsonPatchOperation[]): readonly JsonPatchOperation[] {
  return [...new Map(operations.map((operation) => [operation.path, operation])).values()];
}
