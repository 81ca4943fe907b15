/** Who wrote a field last, as the server notes it (metadata.managedFields). Pure. */

import { isObject, valueAt } from '../values.ts';

/** `argocd-controller`; `somebody` where it is not told. */
export function writerOf(object: unknown, pointer: string): string {
  const entries = valueAt(object, '/metadata/managedFields');
  const leaf = pointer.split('/').findLast((token) => !/^\d+$/.test(token)) ?? '';
  const writers = (Array.isArray(entries) ? entries.filter(isObject) : [])
    .filter(({ fieldsV1 }) => fieldsV1 !== undefined && JSON.stringify(fieldsV1).includes(`"f:${leaf}"`))
    .toSorted((a, b) => Date.parse(String(b.time)) - Date.parse(String(a.time)));
  const [last] = writers;
  return typeof last?.manager === 'string' && last.manager !== '' ? last.manager : 'somebody';
}
