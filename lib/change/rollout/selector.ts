/** The pods of an object, by the label selector in its spec. */

import type { KubeClient } from '../../kube/client.ts';
import { SOURCE } from '../object.ts';
import { isObject, valueAt } from '../values.ts';

/** As a query of a list; undefined where the object selects no pods in a form that is known. */
export function podSelector(object: unknown): string | undefined {
  const selector = valueAt(object, '/spec/selector');
  if (!isObject(selector)) return undefined;
  const { matchLabels, matchExpressions } = selector;
  // A ReplicationController maps labels to values at once.
  const isPlain = Object.values(selector).every((value) => typeof value === 'string');
  const labels = isPlain ? selector : isObject(matchLabels) ? matchLabels : {};
  const expressions = Array.isArray(matchExpressions) ? matchExpressions.flatMap(expressionText) : [];
  const parts = [...Object.entries(labels).map(([name, value]) => `${name}=${String(value)}`), ...expressions];
  return parts.length === 0 ? undefined : parts.join(',');
}

function expressionText(expression: unknown): readonly string[] {
  if (!isObject(expression)) return [];
  const { key, operator, values } = expression;
  const list = Array.isArray(values) ? `(${values.join(',')})` : '()';
  switch (operator) {
    case 'In':
      return [`${key} in ${list}`];
    case 'NotIn':
      return [`${key} notin ${list}`];
    case 'Exists':
      return [String(key)];
    case 'DoesNotExist':
      return [`!${key}`];
    default:
      return [];
  }
}

/** Raw pods. @throws UpidError as `KubeClient.list` */
export async function listPods(client: KubeClient, namespace: string, labelSelector: string): Promise<readonly unknown[]> {
  const { items } = await client.list<unknown>(`/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`, {
    source: SOURCE,
    labelSelector,
    chunkSize: 500,
    keep: (item) => item,
  });
  return items;
}
