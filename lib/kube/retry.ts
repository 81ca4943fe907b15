/** When a request is made again, and after how long. Pure: decides, does not wait. */

import type { Reply } from './exchange.ts';
import { isBroken, wasStale } from './network-error.ts';

/** As client-go: a server that keeps answering Retry-After is believed ten times. */
const MOST_WAITS = 10;
/** A server that wants a longer pause is not waited for: the person decides. */
const LONGEST_WAIT_SECONDS = 60;
/** Tries after a connection that broke. */
const MOST_REPAIRS = 2;
const FIRST_REPAIR_SECONDS = 0.2;
/** Part of a wait that is random, so that parallel requests do not come back at once. */
const JITTER = 0.25;

export interface Attempt {
  /** How often it has been tried already, this time included. */
  readonly tries: number;
  /** True for reads, which may be made twice. */
  readonly repeatable: boolean;
  /** In [0, 1). */
  readonly random: number;
}

/** Seconds to wait before the next try after an answer; undefined: the answer stands. */
export function waitAfterReply(reply: Pick<Reply, 'status' | 'headers'>, attempt: Attempt): number | undefined {
  const asked = retryAfterSeconds(reply.headers);
  // 429 is sent before the request is looked at, so that any may be repeated; a 5xx may have done something.
  const waits = reply.status === 429 || (reply.status >= 500 && asked !== undefined && attempt.repeatable);
  const seconds = asked ?? 1;
  if (!waits || attempt.tries > MOST_WAITS || seconds > LONGEST_WAIT_SECONDS) return undefined;
  return seconds * (1 + JITTER * attempt.random);
}

/** Seconds to wait before the next try after a broken connection; undefined: the error stands. */
export function waitAfterError(error: unknown, attempt: Attempt): number | undefined {
  if (!attempt.repeatable || !isBroken(error)) return undefined;
  // An idle connection that the server had closed says nothing about the server.
  if (wasStale(error) && attempt.tries === 1) return 0;
  if (attempt.tries > MOST_REPAIRS) return undefined;
  return FIRST_REPAIR_SECONDS * 2 ** (attempt.tries - 1) * (1 + JITTER * attempt.random);
}

/** Whole seconds, as the API server sends, or a date, as proxies on the way may; that is counted from the answer's own. */
function retryAfterSeconds({ 'retry-after': after, date }: Reply['headers']): number | undefined {
  if (after === undefined) return undefined;
  if (/^\d+$/.test(after)) return Number(after);
  const seconds = (Date.parse(after) - Date.parse(date ?? '')) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, seconds);
}
