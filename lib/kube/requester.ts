/**
 * Asks one server: an exchange with retries, counted, timed, and told at `-v=6`. Used for the API server (`http.ts`) and
 * for a URL outside of the cluster (`web.ts`). Knows HTTP; knows nothing of Kubernetes.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { SourceTraffic } from '../types/source.ts';
import type { RequestOptions } from './client.ts';
import type { Connections } from './connections.ts';
import { type Call, exchange, type Reply } from './exchange.ts';
import { networkError, type Where } from './network-error.ts';
import { waitAfterError, waitAfterReply } from './retry.ts';
import { trafficCounter } from './traffic.ts';

/**
 * Without a time limit (kubectl's default) a server that has died behind an open connection would be waited for without
 * end. The API server itself ends requests after 60 s, so one that has been silent for longer will not speak again.
 */
const SILENCE_SECONDS = 90;
/** A server that takes longer is named, once. */
const HINT_MILLISECONDS = 10_000;

export interface RequesterSettings {
  readonly connections: Connections;
  /** Base address; a path in it stands before every path that is asked. */
  readonly server: URL;
  readonly compression: boolean;
  /** Undefined: no limit but on silence; 0: none at all. */
  readonly requestTimeoutSeconds: number | undefined;
  readonly advice: Where['advice'];
  readonly runtime: Runtime;
  /** Ends everything. */
  readonly signal: AbortSignal | undefined;
}

export interface Question {
  readonly method: string;
  readonly path: string;
  readonly options: RequestOptions;
  readonly headers: Readonly<Record<string, string | string[]>>;
  readonly body?: string;
  /** As of the exchange. */
  readonly onChunk?: (chunk: Buffer) => void;
  /** True for what changes nothing and may be asked twice. */
  readonly repeatable: boolean;
}

export interface Requester {
  /** @throws UpidError when no answer comes; an answer with an error status is an answer. */
  ask(question: Question): Promise<Reply>;
  /** Address of the server without user and password, for messages. */
  readonly server: string;
  traffic(): readonly SourceTraffic[];
  close(): void;
}

export function requester(settings: RequesterSettings): Requester {
  const { runtime, connections } = settings;
  const counter = trafficCounter();
  const server = `${settings.server.origin}${basePath(settings.server)}`;
  const hint = slowHint(server, runtime);

  const once = async (question: Question, call: Call, retry: boolean): Promise<Reply> => {
    const started = runtime.elapsed();
    const stopHint = hint.start();
    let reply: Reply | undefined;
    let failure: unknown;
    try {
      reply = await exchange(connections, call);
      return reply;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      stopHint();
      const milliseconds = runtime.elapsed() - started;
      counter.count(question.options.source, { bytes: reply?.body.length ?? 0, seconds: milliseconds / 1000, retry });
      if (runtime.verbosity >= 6) {
        const outcome = reply === undefined ? `failed: ${messageOf(failure)}` : `${reply.status} ${reply.statusText}`;
        runtime.warn(`${call.method} ${call.url.href} ${outcome} in ${Math.round(milliseconds)} milliseconds`);
      }
    }
  };

  return {
    server,
    async ask(question) {
      const call = callFor(question, settings);
      for (let tries = 1; ; tries += 1) {
        const attempt = { tries, repeatable: question.repeatable, random: runtime.random() };
        let wait: number | undefined;
        try {
          const reply = await once(question, call, tries > 1);
          wait = waitAfterReply(reply, attempt);
          if (wait === undefined) return reply;
        } catch (error) {
          wait = waitAfterError(error, attempt);
          if (wait === undefined) throw networkError(error, whereFor(question, call, settings, server));
        }
        await pause(wait, call.signal, server);
      }
    },
    traffic: counter.summary,
    close: connections.close,
  };
}

function basePath(url: URL): string {
  return url.pathname.replace(/\/+$/, '');
}

function callFor(question: Question, settings: RequesterSettings): Call {
  const { options } = question;
  const limit = options.timeoutSeconds ?? settings.requestTimeoutSeconds;
  const signals = [settings.signal, options.signal].filter((signal) => signal !== undefined);
  return {
    method: question.method,
    url: urlFor(settings.server, question.path, options.query),
    headers: {
      'user-agent': 'kubectl-upid',
      ...(settings.compression ? { 'accept-encoding': 'gzip' } : {}),
      ...question.headers,
      ...options.headers,
      ...(question.body === undefined ? {} : { 'content-length': String(Buffer.byteLength(question.body)) }),
    },
    body: question.body,
    onChunk: question.onChunk,
    timeoutMilliseconds: (limit ?? 0) * 1000,
    silenceMilliseconds: limit === undefined ? SILENCE_SECONDS * 1000 : 0,
    signal: signals.length > 1 ? AbortSignal.any(signals) : signals[0],
  };
}

function urlFor(server: URL, path: string, query: RequestOptions['query']): URL {
  const url = new URL(`${server.origin}${basePath(server)}${path.startsWith('/') ? path : `/${path}`}`);
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined) url.searchParams.set(name, String(value));
  return url;
}

function whereFor(question: Question, call: Call, settings: RequesterSettings, server: string): Where {
  return {
    server,
    method: question.method,
    path: question.path.split('?')[0] ?? '',
    timeoutSeconds: call.timeoutMilliseconds / 1000,
    silenceSeconds: call.silenceMilliseconds / 1000,
    advice: settings.advice,
  };
}

async function pause(seconds: number, signal: AbortSignal | undefined, server: string): Promise<void> {
  try {
    await sleep(seconds * 1000, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw new UpidError('cancelled', `cancelled while waiting to ask ${server} again`, { cause: error });
  }
}

/** Says once that the server is slow, so that waiting does not look like a hang. */
function slowHint(server: string, runtime: Runtime): { start(): () => void } {
  let said = false;
  return {
    start() {
      if (said) return () => undefined;
      const timer = setTimeout(() => {
        if (!said) runtime.warn(`waiting for ${server} to answer (${HINT_MILLISECONDS / 1000} s)`);
        said = true;
      }, HINT_MILLISECONDS);
      return () => clearTimeout(timer);
    },
  };
}
