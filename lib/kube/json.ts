/** A body that should be JSON, or the sentence that says what it was instead. */

import { UpidError } from '../types/errors.ts';
import type { Reply } from './exchange.ts';
import { excerpt, isHtml } from './status-error.ts';

/** Parses an answer. @throws UpidError server-error, quoting the answer. */
export function jsonOf(
  reply: Reply,
  asked: { readonly server: string; readonly method: string; readonly path: string },
): unknown {
  const subject = `${asked.server} answered ${asked.method} ${asked.path}`;
  if (reply.body.length === 0) {
    throw new UpidError('server-error', `${subject} with an empty body`, { remedy: REMEDY });
  }
  if (isHtml(reply)) {
    throw new UpidError('server-error', `${subject} with an HTML page instead of JSON (${excerpt(reply)})`, {
      remedy: 'a login page or proxy stands before the server: log in, or check the server address',
    });
  }
  try {
    return JSON.parse(reply.body.toString('utf8'));
  } catch (error) {
    const broken = /^\s*[[{]/.test(reply.body.toString('utf8', 0, 64));
    const what = broken ? 'with JSON that breaks off or is corrupt' : `with something that is not JSON (${excerpt(reply)})`;
    throw new UpidError('server-error', `${subject} ${what}`, { remedy: REMEDY, cause: error });
  }
}

const REMEDY = 'try again; if it stays so, look at what stands between here and the server';
