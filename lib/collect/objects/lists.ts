/**
 * The lists that a look needs, asked side by side. A list that is forbidden or not served becomes a report that names
 * the missing right; only pods are indispensable.
 */

import type { KubeClient } from '../../kube/client.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { formatRight, type Right } from '../../types/right.ts';
import type { SourceReport } from '../../types/source.ts';
import type { Raw } from './read.ts';

/** One kind of object: where it is served and what is kept of it. */
export interface ListSpec<T> {
  readonly source: string;
  /** `/apis/apps/v1`. */
  readonly groupVersion: string;
  readonly resource: string;
  readonly namespaced: boolean;
  readonly keep: (item: unknown) => T | undefined;
  /** True where `keep` reads who wrote which field. */
  readonly managedFields?: boolean;
  /** What cannot be said without it, for the report. */
  readonly without: string;
}

export interface ListScope {
  /** Empty for all namespaces. */
  readonly namespace: string;
  readonly chunkSize: number;
  readonly signal: AbortSignal;
}

export interface Listed<T> {
  readonly items: readonly T[];
  readonly report: SourceReport;
}

/** Lists everything of one kind in scope; a failure that other lists survive becomes the report. */
export async function listOrReport<T>(
  client: KubeClient,
  spec: ListSpec<T>,
  scope: ListScope,
  selectors: { readonly labelSelector?: string; readonly fieldSelector?: string } = {},
  onPage?: (items: number, remaining: number | undefined) => void,
): Promise<Listed<T>> {
  try {
    const { items } = await client.list<T>(listPath(spec, scope.namespace), {
      source: spec.source,
      keep: spec.keep,
      chunkSize: scope.chunkSize,
      signal: scope.signal,
      ...(spec.managedFields && { managedFields: true }),
      ...selectors,
      ...(onPage && { onPage }),
    });
    return { items, report: { source: spec.source, state: 'used', gave: counted(items.length, spec.resource) } };
  } catch (error) {
    return { items: [], report: reportOf(spec, scope.namespace, error) };
  }
}

/** `1 cronjob`, `3 cronjobs`: the names of the resources that are listed are plurals in s. */
function counted(items: number, resource: string): string {
  return `${items} ${items === 1 ? resource.replace(/s$/, '') : resource}`;
}

export function listPath(spec: Pick<ListSpec<unknown>, 'groupVersion' | 'resource' | 'namespaced'>, namespace: string): string {
  const inNamespace = spec.namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${spec.groupVersion}${inNamespace}/${spec.resource}`;
}

/** What a list takes. */
export function listRight(spec: Pick<ListSpec<unknown>, 'groupVersion' | 'resource' | 'namespaced'>, namespace: string): Right {
  const group = spec.groupVersion.startsWith('/apis/') ? `.${spec.groupVersion.split('/')[2]}` : '';
  return { verb: 'list', resource: `${spec.resource}${group}`, ...(spec.namespaced && { namespace }) };
}

function reportOf<T>(spec: ListSpec<T>, namespace: string, error: unknown): SourceReport {
  if (!(error instanceof UpidError)) throw error;
  // Who may not act as somebody else is refused everything, whatever that one may do.
  if (error.id === 'forbidden' && !/cannot impersonate/.test(error.message)) {
    const right = listRight(spec, namespace);
    return {
      source: spec.source,
      state: 'forbidden',
      reason: `no right to ${formatRight(right)}; without it ${spec.without}`,
      remedy: `grant the right to ${formatRight(right)}`,
      right,
    };
  }
  if (error.id === 'not-found' || error.id === 'api-missing') {
    return { source: spec.source, state: 'absent', reason: `the cluster does not serve ${spec.resource}` };
  }
  if (error.id === 'server-error') {
    return { source: spec.source, state: 'failed', reason: messageOf(error), remedy: error.remedy ?? 'try again' };
  }
  // Unreachable, unauthenticated, timed out or cancelled: the other lists fare no better.
  throw error;
}

/** Errors that cost what was asked for and nothing else. */
export const SURVIVED: ReadonlySet<string> = new Set(['forbidden', 'not-found', 'api-missing', 'server-error']);

/** Reads a single object; undefined where it is missing, may not be read, or is served by an API that is ill. */
export async function getOrUndefined(
  client: KubeClient,
  path: string,
  source: string,
  signal: AbortSignal,
): Promise<Raw | undefined> {
  try {
    const value = await client.getJson(path, { source, signal });
    return typeof value === 'object' && value !== null ? (value as Raw) : undefined;
  } catch (error) {
    if (error instanceof UpidError && SURVIVED.has(error.id)) return undefined;
    throw error;
  }
}
