/** One page of a list, as the API server cuts it: selectors first, then `limit` and `continue`. */

import { parseFieldSelector } from './field-selector.ts';
import { parseLabelSelector } from './label-selector.ts';
import { badRequest, Refusal } from './refusal.ts';
import { type ApiResource, groupVersionOf } from './resources.ts';
import { keyOf, type SnapshotObject } from './snapshot.ts';

/** The snapshot is one moment of the cluster's storage. */
const RESOURCE_VERSION = '4812907';

/** @throws Refusal 400 for selectors, limits and tokens that cannot be read; 410 for a token of another moment */
export function listPage(
  resource: ApiResource,
  objects: readonly SnapshotObject[],
  query: URLSearchParams,
): Readonly<Record<string, unknown>> {
  const labelTest = parseLabelSelector(query.get('labelSelector') ?? '');
  const fieldTest = parseFieldSelector(query.get('fieldSelector') ?? '', resource);
  const selected = objects.filter((object) => labelTest(labelsOf(object)) && fieldTest(object));
  const limit = limitOf(query.get('limit'));
  const after = startOf(query.get('continue'));
  const left = after === undefined ? selected : selected.filter((object) => keyOf(object) > after);
  const items = limit > 0 ? left.slice(0, limit) : left;
  const last = items.at(-1);
  const remaining = left.length - items.length;
  const isSelective = Boolean(query.get('labelSelector') || query.get('fieldSelector'));
  return {
    kind: `${resource.kind}List`,
    apiVersion: groupVersionOf(resource),
    metadata: {
      resourceVersion: RESOURCE_VERSION,
      ...(remaining > 0 && last && { continue: token(keyOf(last)) }),
      // With selectors a server does not know how many of the rest they select.
      ...(remaining > 0 && !isSelective && { remainingItemCount: remaining }),
    },
    items,
  };
}

function labelsOf({ metadata }: SnapshotObject): Readonly<Record<string, string>> {
  return (metadata.labels ?? {}) as Readonly<Record<string, string>>;
}

function limitOf(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing "${text}": invalid syntax`);
  return Math.max(0, Number(text));
}

function token(start: string): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: RESOURCE_VERSION, start })).toString('base64url');
}

function startOf(text: string | null): string | undefined {
  if (text === null || text === '') return undefined;
  let read: { readonly rv?: unknown; readonly start?: unknown };
  try {
    read = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as typeof read;
  } catch {
    throw badRequest('continue key is not valid');
  }
  if (typeof read?.start !== 'string') throw badRequest('continue key is not valid');
  if (read.rv !== RESOURCE_VERSION)
    throw new Refusal(410, 'Expired', 'The provided continue parameter is too old to display a consistent list result');
  return read.start;
}
