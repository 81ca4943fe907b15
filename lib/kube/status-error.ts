/** What the server refused, in kubectl's words: from an HTTP status and the Status object in its body. */

import { type ErrorId, UpidError } from '../types/errors.ts';
import type { Reply } from './exchange.ts';
import { printable, printableLine } from './printable.ts';

/** An answer that is an error, with what a caller may decide upon. */
export class StatusError extends UpidError {
  /** HTTP status. */
  readonly status: number;
  /** `NotFound`, `Conflict`, `Expired`, …; empty when the answer was no Status object. */
  readonly reason: string;

  constructor(
    id: ErrorId,
    message: string,
    answer: { readonly status: number; readonly reason: string; readonly remedy: string },
  ) {
    super(id, message, { remedy: answer.remedy });
    this.status = answer.status;
    this.reason = answer.reason;
  }
}

interface Status {
  readonly message: string;
  readonly reason: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The error for an answer whose status is 300 or more. */
export function statusError(
  reply: Reply,
  asked: { readonly server: string; readonly method: string; readonly path: string },
): StatusError {
  const status = statusOf(reply);
  const request = `${asked.method} ${asked.path}`;
  const of = (id: ErrorId, message: string, remedy: string): StatusError =>
    new StatusError(id, message, { status: reply.status, reason: status?.reason ?? '', remedy });
  const spoken = status === undefined ? undefined : `Error from server (${status.reason || reply.status}): ${status.message}`;
  switch (true) {
    case reply.status < 400:
      return of(
        'server-error',
        `${asked.server} answered ${request} with a redirect to ${reply.headers.location ?? 'nowhere'}`,
        LOGIN,
      );
    case reply.status === 401:
      return of(
        'unauthenticated',
        `you must be logged in to the server ${asked.server} (Unauthorized)`,
        'log in again; the token or certificate may have expired',
      );
    case reply.status === 403:
      return of('forbidden', spoken ?? `${asked.server} forbids ${request}: ${excerpt(reply)}`, rightsRemedy(status));
    case reply.status === 404:
      return notFound(status, spoken, request, asked.server, of);
    default:
      return of(
        'server-error',
        spoken ?? `${asked.server} answered ${request} with ${reply.status} ${reply.statusText}: ${excerpt(reply)}`,
        remedyFor(reply),
      );
  }
}

const LOGIN = 'a login page or proxy stands before the server: log in, or check the server address';

function notFound(
  status: Status | undefined,
  spoken: string | undefined,
  request: string,
  server: string,
  of: (id: ErrorId, message: string, remedy: string) => StatusError,
): StatusError {
  // An object that is missing is named; a path that nobody serves is not.
  if (spoken !== undefined && typeof status?.details.name === 'string' && status.details.name !== '') {
    return of('not-found', spoken, 'check name and namespace');
  }
  return of(
    'api-missing',
    `the server ${server} could not find the requested resource (${request})`,
    'the cluster does not serve this API',
  );
}

/** The right that is missing, from the request that was refused. */
function rightsRemedy(status: Status | undefined): string {
  // Since 1.36 the server may name `impersonate-on:user-info:list` on what was asked for; the plain verb is enough.
  if (/cannot impersonate/.test(status?.message ?? ''))
    return 'grant verb impersonate on the user, groups, uid and userextras that --as and its like name, or leave them out';
  const verb = /cannot (\S+) resource "([^"]+)"(?: in API group "([^"]*)")?/.exec(status?.message ?? '');
  if (verb === null) return 'ask for the right, or use another user or namespace';
  const [, action, resource, group] = verb;
  return `grant verb ${action} on ${resource}${group ? `.${group}` : ''} with a Role or ClusterRole, or use another user or namespace`;
}

function remedyFor(reply: Reply): string {
  if (isHtml(reply)) return LOGIN;
  if (reply.status === 429 || reply.status >= 500) return 'the server is busy or ill: try again, and look at its log';
  return 'the server understood and refused the request';
}

/** The Status object in an answer, if it is one. */
function statusOf(reply: Pick<Reply, 'body'>): Status | undefined {
  let value: unknown;
  try {
    value = JSON.parse(reply.body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || (value as { kind?: unknown }).kind !== 'Status') return undefined;
  const { message, reason, details } = value as Record<string, unknown>;
  return {
    message: typeof message === 'string' ? printable(message) : '',
    reason: typeof reason === 'string' ? reason : '',
    details: typeof details === 'object' && details !== null ? (details as Record<string, unknown>) : {},
  };
}

/** True for a page meant for a browser. */
export function isHtml(reply: Pick<Reply, 'headers' | 'body'>): boolean {
  return (
    reply.headers['content-type']?.startsWith('text/html') === true ||
    /^\s*<(!doctype|html)/i.test(reply.body.toString('utf8', 0, 200))
  );
}

const EXCERPT_CHARACTERS = 120;

/** The first words of an answer, for a message: of a page its title, otherwise its first line. */
export function excerpt(reply: Pick<Reply, 'headers' | 'body'>): string {
  const text = reply.body.toString('utf8', 0, 4096);
  const title = /<title[^>]*>([^<]*)/i.exec(text)?.[1];
  const line = (isHtml(reply) ? (title ?? 'an HTML page') : text).trim().split('\n')[0]?.trim() ?? '';
  const plain = printableLine(line);
  if (plain === '') return 'an empty body';
  return plain.length > EXCERPT_CHARACTERS ? `${plain.slice(0, EXCERPT_CHARACTERS)}…` : plain;
}
