/** One HTTP request and its whole answer over a server's connections. Throws what the socket throws; judges nothing. */

import { type ClientRequest, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Connections } from './connections.ts';

export interface Call {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string | undefined;
  /** Of the whole exchange once a connection is there; 0 for none. */
  readonly timeoutMilliseconds: number;
  /** Of the time without a single byte; 0 for none. */
  readonly silenceMilliseconds: number;
  readonly signal?: AbortSignal | undefined;
  /** Takes the body of an answer with status 200 as it comes; the reply's is empty then. */
  readonly onChunk?: ((chunk: Buffer) => void) | undefined;
}

export interface Reply {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  /** Decompressed. */
  readonly body: Buffer;
}

/** Why we ended an exchange ourselves. */
export class Interrupted extends Error {
  readonly why: 'cancelled' | 'timeout' | 'silence';
  /** True when the answer had begun. */
  readonly begun: boolean;

  constructor(why: 'cancelled' | 'timeout' | 'silence', begun: boolean) {
    super(why);
    this.why = why;
    this.begun = begun;
  }
}

/**
 * Sends a call and reads the answer to its end.
 * @throws Interrupted on cancellation and timeouts; ConnectTimeout, ProxyError and socket errors as they come, with
 * `answered` set when the answer had begun.
 */
export async function exchange(connections: Connections, call: Call): Promise<Reply> {
  const leave = await connections.enter(call.signal);
  try {
    return await send(connections, call);
  } finally {
    leave();
  }
}

async function send(connections: Connections, call: Call): Promise<Reply> {
  const request = (call.url.protocol === 'https:' ? httpsRequest : httpRequest)({
    agent: connections.agent,
    method: call.method,
    host: call.url.hostname.replace(/^\[|\]$/g, ''),
    port: call.url.port,
    path: connections.requestPath(call.url),
    headers: { ...call.headers, ...connections.proxyHeaders },
  });
  // Errors after the first are consequences of it.
  request.on('error', () => undefined);
  const watch = watchOver(request, call);
  try {
    // Of text, Node would write body and headers together as UTF-8, and so spoil headers that are bytes (Latin-1).
    request.end(call.body === undefined ? undefined : Buffer.from(call.body));
    const response = await answerTo(request);
    watch.heard();
    return await readAll(response, watch, call.onChunk);
  } catch (error) {
    throw watch.interrupted() ?? Object.assign(error as Error, { answered: watch.begun(), reused: request.reusedSocket });
  } finally {
    watch.stop();
  }
}

interface Watch {
  heard(): void;
  begun(): boolean;
  interrupted(): Interrupted | undefined;
  stop(): void;
}

/** Ends the request on cancellation, on its time limit and when nothing is heard for too long. */
function watchOver(request: ClientRequest, call: Call): Watch {
  let begun = false;
  let interrupted: Interrupted | undefined;
  let limit: NodeJS.Timeout | undefined;
  let silence: NodeJS.Timeout | undefined;
  const end = (why: Interrupted['why']): void => {
    interrupted ??= new Interrupted(why, begun);
    request.destroy(interrupted);
  };
  const listen = (): void => {
    clearTimeout(silence);
    if (call.silenceMilliseconds > 0) silence = setTimeout(() => end('silence'), call.silenceMilliseconds);
  };
  const cancel = (): void => end('cancelled');
  // Opening the connection has a limit of its own.
  request.once('socket', () => {
    if (call.timeoutMilliseconds > 0) limit = setTimeout(() => end('timeout'), call.timeoutMilliseconds);
    listen();
  });
  if (call.signal?.aborted) cancel();
  call.signal?.addEventListener('abort', cancel, { once: true });
  return {
    heard() {
      begun = true;
      listen();
    },
    begun: () => begun,
    interrupted: () => interrupted,
    stop() {
      clearTimeout(limit);
      clearTimeout(silence);
      call.signal?.removeEventListener('abort', cancel);
    },
  };
}

function answerTo(request: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.once('error', reject);
    // A request destroyed before it had a socket says nothing but this.
    request.once('close', () => reject(Object.assign(new Error('the connection was closed'), { code: 'ECONNRESET' })));
  });
}

async function readAll(response: IncomingMessage, watch: Watch, onChunk: Call['onChunk']): Promise<Reply> {
  const chunks: Buffer[] = [];
  const take = onChunk && response.statusCode === 200 ? onChunk : (chunk: Buffer) => void chunks.push(chunk);
  response.on('data', () => watch.heard());
  for await (const chunk of decoded(response)) take(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    statusText: response.statusMessage ?? '',
    headers: response.headers,
    body: chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks),
  };
}

function decoded(response: IncomingMessage): Readable {
  if (response.headers['content-encoding'] !== 'gzip') return response;
  // The iteration over the result reports the error.
  return pipeline(response, createGunzip(), () => undefined);
}
