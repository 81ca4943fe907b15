/** Acting as somebody else: the four impersonation headers. Knows their form; knows nothing of where the names come from. */

import { UpidError } from '../types/errors.ts';

export interface Impersonation {
  readonly user: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** Headers of a request made as `impersonation.user`; none without impersonation. */
export function impersonationHeaders(impersonation: Impersonation | undefined): Readonly<Record<string, string | string[]>> {
  if (impersonation === undefined) return {};
  const { user, uid, groups, extra } = impersonation;
  const extras = Object.entries(extra).filter(([, values]) => values.length > 0);
  return {
    'Impersonate-User': headerBytes(user, '--as'),
    ...(uid ? { 'Impersonate-Uid': headerBytes(uid, '--as-uid') } : {}),
    ...(groups.length > 0 ? { 'Impersonate-Group': groups.map((group) => headerBytes(group, '--as-group')) } : {}),
    ...Object.fromEntries(
      extras.map(([key, values]) => [
        `Impersonate-Extra-${escapeHeaderKey(key)}`,
        values.map((value) => headerBytes(value, '--as-user-extra')),
      ]),
    ),
  };
}

/**
 * Reads `key=value` pairs; a key may come again.
 * @throws UpidError usage for a pair without `=`.
 */
export function parseUserExtra(pairs: readonly string[]): Readonly<Record<string, readonly string[]>> {
  const extra: Record<string, string[]> = {};
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    if (at <= 0) throw new UpidError('usage', `--as-user-extra ${JSON.stringify(pair)} should be key=value`);
    const values = extra[pair.slice(0, at)] ?? [];
    extra[pair.slice(0, at)] = [...values, pair.slice(at + 1)];
  }
  return extra;
}

/** Bytes that may stand in a header name (RFC 9110, token), less `%`, which marks an escape. */
const PLAIN_KEY_BYTE = /[A-Za-z0-9!#$&'*+.^_`|~-]/;

/** Percent-encodes what may not stand in a header name; the API server decodes it (client-go's headerKeyEscape). */
function escapeHeaderKey(key: string): string {
  return [...Buffer.from(key, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return PLAIN_KEY_BYTE.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

/** Node writes headers as Latin-1; UTF-8 bytes disguised as such arrive as the UTF-8 that the API server expects. */
function headerBytes(value: string, flag: string): string {
  if (/[\r\n\0]/.test(value)) throw new UpidError('usage', `${flag} must be one line`);
  return Buffer.from(value, 'utf8').toString('latin1');
}
