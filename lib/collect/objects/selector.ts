/** Kubernetes label selectors against labels (apimachinery's semantics). */

import { list, type Raw, strings, text } from './read.ts';

/** A plain map selector, as a Service has it; an empty one selects nothing. */
export function mapSelects(selector: Readonly<Record<string, string>>, labels: Readonly<Record<string, string>>): boolean {
  const wanted = Object.entries(selector);
  return wanted.length > 0 && wanted.every(([key, value]) => labels[key] === value);
}

/** A LabelSelector with matchLabels and matchExpressions; an empty one selects everything. */
export function labelSelectorSelects(selector: Raw, labels: Readonly<Record<string, string>>): boolean {
  const equal = Object.entries(strings(selector.matchLabels)).every(([key, value]) => labels[key] === value);
  return equal && list(selector.matchExpressions).every((expression) => expressionHolds(expression, labels));
}

function expressionHolds(expression: Raw, labels: Readonly<Record<string, string>>): boolean {
  const value = labels[text(expression.key)];
  const values = Array.isArray(expression.values) ? expression.values.map(text) : [];
  switch (expression.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}
