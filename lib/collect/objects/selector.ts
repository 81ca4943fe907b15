/** Kubernetes label selectors: of a map, and as conditions that labels meet or not. */

import type { Labels, Requirement } from '../../types/placement.ts';
import { list, type Raw, record, strings, text } from './read.ts';

/** A plain map selector, as a Service has it; an empty one selects nothing. */
export function mapSelects(selector: Labels, labels: Labels): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** A LabelSelector as conditions that all must hold; undefined where there is none, while an empty one holds for all. */
export function selectorOf(value: unknown): readonly Requirement[] | undefined {
  if (value === undefined || value === null) return undefined;
  const { matchLabels, matchExpressions } = record(value);
  return [...Object.entries(strings(matchLabels)).map(equal), ...list(matchExpressions).map(requirement)];
}

export function equal([key, value]: readonly [string, string]): Requirement {
  return { key, operator: 'In', values: [value] };
}

const OPERATORS: ReadonlySet<unknown> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']);

export function requirement({ key, operator, values }: Raw): Requirement {
  // One that is not known holds nowhere.
  if (!OPERATORS.has(operator)) return { key: text(key), operator: 'In', values: [] };
  return { key: text(key), operator: operator as Requirement['operator'], values: words(values) };
}

export function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(text) : [];
}
