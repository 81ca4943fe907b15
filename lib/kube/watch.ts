/**
 * A watch that goes on: events of a list from a resource version on, over answers that end, connections that break and versions
 * that the server has forgotten (410 Gone). Knows the watch protocol; knows nothing of the objects.
 * Protocol: kubernetes.io/docs/reference/using-api/api-concepts, "Efficient detection of changes".
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { KubeClient } from './client.ts';
import { StatusError } from './status-error.ts';

/** The server is asked to end the answer after so long, so that a connection that died unseen is noticed. */
const ANSWER_SECONDS = 290;
/** What it may take longer. */
const MARGIN_SECONDS = 20;
const FIRST_WAIT_SECONDS = 1;
const LONGEST_WAIT_SECONDS = 30;

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: unknown;
}

export interface WatchOptions {
  /** Name under which the traffic is counted. */
  readonly source: string;
  /** From this version on, which a list told. */
  readonly resourceVersion: string;
  readonly signal: AbortSignal;
  /** In [0, 1). */
  readonly random: () => number;
  readonly onEvent: (event: WatchEvent) => void;
  /** Lists anew where the server has forgotten the version; what happened meanwhile is told by the list. Gives the list's version. */
  readonly relist: () => Promise<string>;
  /** Told, once for each time, that it is interrupted. */
  readonly onInterruption?: (why: string) => void;
}

/** The server's answer to a version that it does not have any more. */
class Gone extends Error {}

/**
 * Watches until the signal aborts. A server that is away is asked again, ever more seldom.
 * @throws UpidError forbidden, not-found, api-missing or unauthenticated: asking again would be of no use
 */
export async function watch(client: KubeClient, path: string, options: WatchOptions): Promise<void> {
  const { signal, random } = options;
  let version = options.resourceVersion;
  let failures = 0;
  while (!signal.aborted) {
    try {
      if (version === '') version = await options.relist();
      await once(client, path, { ...options, resourceVersion: version }, (seen) => {
        version = seen;
        failures = 0;
      });
    } catch (error) {
      if (signal.aborted) return;
      if (isGone(error)) version = '';
      else if (!mayPass(error)) throw error;
      if (failures === 0) options.onInterruption?.(isGone(error) ? 'the server has forgotten its version' : messageOf(error));
    }
    // An answer that ends at once must not be asked for again and again.
    const seconds = Math.min(FIRST_WAIT_SECONDS * 2 ** failures, LONGEST_WAIT_SECONDS) * (0.5 + random() / 2);
    failures += 1;
    await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  }
}

function isGone(error: unknown): boolean {
  return error instanceof Gone || (error instanceof StatusError && error.status === 410);
}

function mayPass(error: unknown): boolean {
  return (
    error instanceof UpidError &&
    ['cluster-unreachable', 'cluster-timeout', 'cluster-certificate', 'server-error', 'cancelled'].includes(error.id)
  );
}

/** One answer, to its end. */
async function once(client: KubeClient, path: string, options: WatchOptions, seen: (version: string) => void): Promise<void> {
  let failure: Error | undefined;
  const query = {
    watch: 'true',
    allowWatchBookmarks: 'true',
    resourceVersion: options.resourceVersion,
    timeoutSeconds: ANSWER_SECONDS,
  };
  const timeoutSeconds = ANSWER_SECONDS + MARGIN_SECONDS;
  await client.stream(path, { source: options.source, query, signal: options.signal, timeoutSeconds }, (line) => {
    if (failure !== undefined) return;
    const event = read(line);
    if (event === undefined) return;
    if (event.type === 'ERROR') {
      failure = failureOf(event.object);
      return;
    }
    if (event.type !== 'BOOKMARK') options.onEvent({ type: event.type, object: event.object });
    const version = (event.object as { metadata?: { resourceVersion?: unknown } } | null)?.metadata?.resourceVersion;
    if (typeof version === 'string' && version !== '') seen(version);
  });
  if (failure !== undefined) throw failure;
}

const TYPES: ReadonlySet<string> = new Set(['ADDED', 'MODIFIED', 'DELETED', 'BOOKMARK', 'ERROR']);

/** Undefined for a line that a broken connection cut off: what it told is told again. */
function read(line: string): { readonly type: WatchEvent['type'] | 'BOOKMARK' | 'ERROR'; readonly object: unknown } | undefined {
  try {
    const event = JSON.parse(line) as { type?: unknown; object?: unknown };
    if (typeof event.type !== 'string' || !TYPES.has(event.type)) return undefined;
    return { type: event.type as WatchEvent['type'] | 'BOOKMARK' | 'ERROR', object: event.object };
  } catch {
    return undefined;
  }
}

function failureOf(status: unknown): Error {
  const { code, message } = (status ?? {}) as { code?: unknown; message?: unknown };
  if (code === 410) return new Gone();
  return new UpidError('server-error', `the watch ended: ${typeof message === 'string' ? message : 'without a reason'}`);
}
