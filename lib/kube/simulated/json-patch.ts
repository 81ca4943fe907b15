/** JSON Patch (RFC 6902) on plain JSON values. Nothing that is given is changed. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** An operation that does not apply: a `test` that fails, a path that is not there. */
export class PatchFailure extends Error {}

/** Text that is no patch at all. */
export class MalformedPatch extends Error {}

type Operation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: readonly string[]; readonly value: Json }
  | { readonly op: 'remove'; readonly path: readonly string[] }
  | { readonly op: 'move' | 'copy'; readonly path: readonly string[]; readonly from: readonly string[] };

/**
 * Applies all operations in order, or none.
 * @throws PatchFailure naming the operation that does not apply; MalformedPatch for what is no patch
 */
export function applyJsonPatch(document: Json, patch: unknown): Json {
  if (!Array.isArray(patch)) throw new MalformedPatch('a JSON patch is an array of operations');
  return patch.map(operationOf).reduce(applied, document);
}

function operationOf(raw: unknown): Operation {
  const { op, path, from, value } = (raw ?? {}) as Readonly<Record<string, unknown>>;
  switch (op) {
    case 'add':
    case 'replace':
    case 'test':
      if (value === undefined) throw new MalformedPatch(`operation ${op} has no value`);
      return { op, path: pointer(path), value: value as Json };
    case 'remove':
      return { op, path: pointer(path) };
    case 'move':
    case 'copy':
      return { op, path: pointer(path), from: pointer(from) };
    default:
      throw new MalformedPatch(`unexpected operation ${JSON.stringify(op) ?? 'undefined'}`);
  }
}

/** A JSON pointer (RFC 6901) to its tokens. */
function pointer(text: unknown): readonly string[] {
  if (typeof text !== 'string' || (text !== '' && !text.startsWith('/')))
    throw new MalformedPatch(`${JSON.stringify(text) ?? 'undefined'} is no JSON pointer`);
  return text
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function applied(document: Json, operation: Operation): Json {
  switch (operation.op) {
    case 'add':
      return changed(document, operation.path, { how: 'add', value: operation.value });
    case 'replace':
      return changed(document, operation.path, { how: 'replace', value: operation.value });
    case 'remove':
      return changed(document, operation.path, { how: 'remove' });
    case 'copy':
      return changed(document, operation.path, { how: 'add', value: valueAt(document, operation.from) });
    case 'move': {
      const value = valueAt(document, operation.from);
      return changed(changed(document, operation.from, { how: 'remove' }), operation.path, { how: 'add', value });
    }
    case 'test':
      if (!equal(valueAt(document, operation.path), operation.value))
        throw new PatchFailure(`testing value ${written(operation.path)} failed`);
      return document;
  }
}

type Change = { readonly how: 'add' | 'replace'; readonly value: Json } | { readonly how: 'remove' };

/** The document with one place changed; only what lies on the way to it is copied. */
function changed(target: Json, path: readonly string[], change: Change, passed: readonly string[] = []): Json {
  const [token, ...rest] = path;
  if (token === undefined) {
    if (change.how === 'remove') throw new PatchFailure('the whole document cannot be removed');
    return change.value;
  }
  const here = [...passed, token];
  if (isArray(target)) return changedArray(target, token, rest, change, here);
  if (typeof target !== 'object' || target === null) throw missing(here);
  if (!Object.hasOwn(target, token) && (rest.length > 0 || change.how !== 'add')) throw missing(here);
  if (rest.length > 0) return { ...target, [token]: changed(target[token]!, rest, change, here) };
  if (change.how !== 'remove') return { ...target, [token]: change.value };
  const { [token]: _removed, ...others } = target;
  return others;
}

function changedArray(
  target: readonly Json[],
  token: string,
  rest: readonly string[],
  change: Change,
  here: readonly string[],
): readonly Json[] {
  const isInsertion = rest.length === 0 && change.how === 'add';
  const index = token === '-' && isInsertion ? target.length : indexOf(token, here);
  if (index > target.length || (index === target.length && !isInsertion)) throw missing(here);
  if (rest.length > 0) return target.with(index, changed(target[index]!, rest, change, here));
  if (change.how === 'remove') return target.toSpliced(index, 1);
  return change.how === 'add' ? target.toSpliced(index, 0, change.value) : target.with(index, change.value);
}

function valueAt(document: Json, path: readonly string[]): Json {
  let value = document;
  for (const [depth, token] of path.entries()) {
    const here = path.slice(0, depth + 1);
    const next = isArray(value)
      ? value[indexOf(token, here)]
      : isObject(value) && Object.hasOwn(value, token)
        ? value[token]
        : undefined;
    if (next === undefined) throw missing(here);
    value = next;
  }
  return value;
}

function indexOf(token: string, here: readonly string[]): number {
  if (!/^(0|[1-9]\d*)$/.test(token)) throw missing(here);
  return Number(token);
}

function missing(path: readonly string[]): PatchFailure {
  return new PatchFailure(`there is nothing at ${written(path)}`);
}

function written(path: readonly string[]): string {
  return path.map((token) => `/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

function isObject(value: Json): value is { readonly [key: string]: Json } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equality of JSON values; the order of an object's members does not matter. */
export function equal(a: Json, b: Json): boolean {
  if (isArray(a) && isArray(b)) return a.length === b.length && a.every((value, index) => equal(value, b[index]!));
  if (isObject(a) && isObject(b)) {
    const names = Object.keys(a);
    return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && equal(a[name]!, b[name]!));
  }
  return a === b;
}
