/** Values within an object by JSON pointer (RFC 6901), and when two of them say the same. */

import { parseQuantity } from '../types/quantity.ts';

/** The value at a JSON pointer; undefined where there is none. */
export function valueAt(value: unknown, pointer: string): unknown {
  return tokensOf(pointer).reduce<unknown>(
    (found, token) => (isObject(found) && Object.hasOwn(found, token) ? found[token] : undefined),
    value,
  );
}

/** The object with a value at a JSON pointer, or without it where the value is undefined. What leads there must be there. */
export function withValueAt(object: unknown, pointer: string, value: unknown): unknown {
  const [token, ...rest] = tokensOf(pointer);
  return token === undefined ? value : placed(object, token, rest, value);
}

function placed(object: unknown, token: string, rest: readonly string[], value: unknown): unknown {
  const below = isObject(object) ? object[token] : undefined;
  const [next, ...others] = rest;
  const put = next === undefined ? value : placed(below, next, others, value);
  if (Array.isArray(object)) return object.with(Number(token), put);
  const { [token]: _, ...fields } = isObject(object) ? object : {};
  return put === undefined ? fields : { ...fields, [token]: put };
}

/** `upid.dev/change` as a part of a pointer. */
export function escapeToken(token: string): string {
  return token.replaceAll('~', '~0').replaceAll('/', '~1');
}

function tokensOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** Equal as far as is wanted; the server may add to an object, and writes a quantity its own way. */
export function holds(would: unknown, wanted: unknown): boolean {
  if (isObject(wanted)) return isObject(would) && Object.entries(wanted).every(([name, value]) => holds(would[name], value));
  return isSameScalar(would, wanted);
}

/** Equal, whatever the order of an object's fields and the form of its quantities. */
export function isSame(a: unknown, b: unknown): boolean {
  if (!isObject(a) || !isObject(b)) return isSameScalar(a, b);
  const names = Object.keys(a);
  return (
    Array.isArray(a) === Array.isArray(b) &&
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && isSame(a[name], b[name]))
  );
}

function isSameScalar(would: unknown, wanted: unknown): boolean {
  if (would === wanted) return true;
  const amount = typeof wanted === 'string' ? parseQuantity(wanted) : undefined;
  return (
    amount !== undefined && (typeof would === 'string' || typeof would === 'number') && parseQuantity(String(would)) === amount
  );
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** A value in a sentence: `3`, `"500m"`, `nothing`. */
export function spoken(value: unknown): string {
  return value === undefined ? 'nothing' : JSON.stringify(value);
}
