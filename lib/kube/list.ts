/** A chunked list, followed to its end: pages are parsed and reduced one by one. */

import { UpidError } from '../types/errors.ts';
import type { ListOptions, ListResult, RequestOptions } from './client.ts';
import { StatusError } from './status-error.ts';

/** kubectl's --chunk-size. */
const CHUNK_SIZE = 500;

type GetJson = (path: string, options: RequestOptions) => Promise<unknown>;

interface Page {
  readonly items: readonly unknown[];
  readonly resourceVersion: string;
  readonly next: string;
  readonly remaining: number | undefined;
}

/**
 * Follows `continue` to the end. When the server has forgotten the list's snapshot meanwhile (410 Gone), asks once for
 * everything at once, as client-go's pager does: a second snapshot could be forgotten as well.
 * @throws UpidError as `getJson`; server-error for an answer that is no list.
 */
export async function listAll<T>(getJson: GetJson, path: string, options: ListOptions<T>): Promise<ListResult<T>> {
  const limit = options.chunkSize ?? CHUNK_SIZE;
  try {
    return await pages(getJson, path, options, limit);
  } catch (error) {
    if (!(error instanceof ForgottenSnapshot)) throw error;
    return await pages(getJson, path, options, 0);
  }
}

/** 410 on a page after the first; on the first it is an error like any other. */
class ForgottenSnapshot extends Error {}

async function pages<T>(getJson: GetJson, path: string, options: ListOptions<T>, limit: number): Promise<ListResult<T>> {
  const items: T[] = [];
  let seen = 0;
  let resourceVersion = '';
  let next = '';
  do {
    const page = await onePage(getJson, path, options, limit, next);
    for (const raw of page.items) {
      const kept = options.keep(options.managedFields ? raw : withoutManagedFields(raw));
      if (kept !== undefined) items.push(kept);
    }
    seen += page.items.length;
    resourceVersion ||= page.resourceVersion;
    next = page.next;
    options.onPage?.(seen, page.remaining);
  } while (next !== '');
  return { items, resourceVersion };
}

async function onePage<T>(getJson: GetJson, path: string, options: ListOptions<T>, limit: number, next: string): Promise<Page> {
  const query = {
    ...options.query,
    labelSelector: options.labelSelector || undefined,
    fieldSelector: options.fieldSelector || undefined,
    limit: limit > 0 ? limit : undefined,
    continue: next || undefined,
  };
  try {
    return pageOf(await getJson(path, { ...options, query }), path);
  } catch (error) {
    if (next !== '' && error instanceof StatusError && error.status === 410)
      throw new ForgottenSnapshot(error.message, { cause: error });
    throw error;
  }
}

function pageOf(body: unknown, path: string): Page {
  const { items, metadata, kind } = (body ?? {}) as { items?: unknown; metadata?: Record<string, unknown>; kind?: unknown };
  // An empty list of some aggregated APIs is null.
  const entries = items === null ? [] : items;
  if (!Array.isArray(entries)) {
    const what = typeof kind === 'string' ? `a ${kind}` : 'something else';
    throw new UpidError('server-error', `GET ${path} was answered with ${what} instead of a list`, {
      remedy: 'check that the server address is that of a Kubernetes API server',
    });
  }
  return {
    items: entries,
    resourceVersion: typeof metadata?.resourceVersion === 'string' ? metadata.resourceVersion : '',
    next: typeof metadata?.continue === 'string' ? metadata.continue : '',
    remaining: typeof metadata?.remainingItemCount === 'number' ? metadata.remainingItemCount : undefined,
  };
}

/** Half of a pod's bytes say who wrote which field; few read them. */
function withoutManagedFields(item: unknown): unknown {
  const metadata = (item as { metadata?: Record<string, unknown> } | null)?.metadata;
  if (metadata !== undefined && metadata !== null) delete metadata.managedFields;
  return item;
}
