/** What a JSONPath finds in a value, and how kubectl writes it. */

import type { Json, JsonObject } from '../item.ts';
import type { Filter, Node, Operand, Path, Slice, Step } from './syntax.ts';

/** Fills a template. Paths that find nothing print nothing, as with `kubectl get`. */
export function fillTemplate(nodes: readonly Node[], whole: Json, item: Json = whole): string {
  return nodes
    .map((node) => {
      if (node.type === 'text') return node.text;
      const found = findAll(node.path, whole, item);
      if (node.type === 'path') return found.map(written).join(' ');
      return found.map((each) => fillTemplate(node.body, whole, each)).join('');
    })
    .join('');
}

/** Every value that a path leads to, in document order. */
export function findAll(path: Path, whole: Json, item: Json = whole): readonly Json[] {
  return path.steps.reduce<readonly Json[]>(
    (values, step) => values.flatMap((value) => take(step, value, whole)),
    [path.root ? whole : item],
  );
}

/** Text as it is; objects and lists as JSON. */
export function written(value: Json): string {
  if (typeof value === 'string') return value;
  return value === null ? '' : JSON.stringify(value);
}

function take(step: Step, value: Json, whole: Json): readonly Json[] {
  switch (step.type) {
    case 'field':
      return isObject(value) ? step.names.flatMap((name) => present(Object.hasOwn(value, name) ? value[name] : undefined)) : [];
    case 'wildcard':
      return children(value);
    case 'recursive':
      return descendants(value);
    case 'index':
      return Array.isArray(value) ? step.slices.flatMap((slice) => slicesOf(value, slice)) : [];
    case 'filter':
      return (Array.isArray(value) ? value : []).filter((each: Json) => holds(step.filter, each, whole));
  }
}

function slicesOf(values: readonly Json[], { start, end, step, single }: Slice): readonly Json[] {
  if (single) return present(values.at(start!));
  return values.slice(start ?? 0, end).filter((_, index) => index % step === 0);
}

function holds({ left, operator, right }: Filter, item: Json, whole: Json): boolean {
  const lefts = operandValues(left, item, whole);
  if (operator === undefined || right === undefined) return lefts.length > 0;
  const [a] = lefts;
  const [b] = operandValues(right, item, whole);
  // What is not there equals nothing and is neither above nor below.
  if (a === undefined || b === undefined) return false;
  if (operator === '==') return a === b;
  if (operator === '!=') return a !== b;
  if (typeof a !== typeof b || (typeof a !== 'number' && typeof a !== 'string')) return false;
  const order = compareValues(a, b);
  return { '<': order < 0, '<=': order <= 0, '>': order > 0, '>=': order >= 0 }[operator];
}

function operandValues(operand: Operand, item: Json, whole: Json): readonly Json[] {
  return 'path' in operand ? findAll(operand.path, whole, item) : [operand.literal];
}

/** Numbers by value, all else by its text. */
export function compareValues(a: Json, b: Json): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [written(a), written(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

function children(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.values(value).flatMap(present) : [];
}

function descendants(value: Json): readonly Json[] {
  return [value, ...children(value).flatMap(descendants)];
}

function present(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}

function isObject(value: Json): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
