/**
 * The interface every room uses to talk to a cluster. Two transports stand behind it: `http.ts` (a real API server) and
 * `simulated/transport.ts` (the demo). Knows HTTP and Kubernetes lists; knows nothing of what is asked or why.
 */

import type { SourceTraffic } from '../types/source.ts';

export interface RequestOptions {
  /** Name under which the traffic is counted, e.g. `pods`, `prometheus`. */
  readonly source: string;
  readonly query?: Readonly<Record<string, string | number | undefined>>;
  readonly signal?: AbortSignal;
  /** Overrides the connection's request timeout; 0 waits for ever. */
  readonly timeoutSeconds?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ListOptions<T> extends RequestOptions {
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Items a page; 0 asks for everything at once. */
  readonly chunkSize?: number;
  /** Keeps what is needed of a raw object, page by page, so that 10,000 pods are never held whole; undefined drops the item. */
  readonly keep: (item: unknown) => T | undefined;
  /** True: `keep` sees who wrote which field, which is half of an object's bytes and dropped otherwise. */
  readonly managedFields?: boolean;
  /** Called after each page with the number of items so far and, where the server tells, how many remain. */
  readonly onPage?: (items: number, remaining: number | undefined) => void;
}

export interface ListResult<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
}

/** A cluster that answers. Every method throws UpidError: unauthenticated, forbidden, not-found, api-missing, cluster-unreachable, cluster-timeout, server-error, cancelled. */
export interface KubeClient {
  readonly context: string;
  readonly server: string;
  /** Namespace of the context or the flag, `default` when none. */
  readonly namespace: string;
  readonly simulated: boolean;
  /** GET of an API path (`/apis/apps/v1/deployments`), body parsed as JSON. */
  getJson(path: string, options: RequestOptions): Promise<unknown>;
  /** GET of an API path, body as text whatever its type: for the service proxy. Also returns the status, which is not turned into an error when below 500. */
  getText(
    path: string,
    options: RequestOptions,
  ): Promise<{
    readonly status: number;
    readonly contentType: string;
    readonly text: string;
    /** The header of this name: the server's clock, in whole seconds. */
    readonly date?: string;
  }>;
  /**
   * GET of an API path whose answer comes piece by piece, as that of a watch does: pieces are lines of JSON, whole, in their order.
   * Fulfilled when the server ends the answer.
   */
  stream(path: string, options: RequestOptions, onLine: (line: string) => void): Promise<void>;
  /** A chunked list, continued to its end; starts over once, without the token, when the server answers 410 Gone in the middle. */
  list<T>(path: string, options: ListOptions<T>): Promise<ListResult<T>>;
  /** POST (reviews) or PATCH (dry-run and, in lib/change, the real one) with a JSON body. */
  send(
    method: 'POST' | 'PATCH' | 'PUT' | 'DELETE',
    path: string,
    body: unknown,
    options: RequestOptions & { readonly contentType?: string },
  ): Promise<unknown>;
  /** Requests, bytes and time per source so far. */
  traffic(): readonly SourceTraffic[];
  close(): Promise<void>;
}
