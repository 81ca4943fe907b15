/**
 * Records chained by digest, as in a linked time-stamp (Haber & Stornetta 1991, "How to time-stamp a digital document"): each
 * holds the digest of the one before, so that none can be altered, taken out or moved without all that follow being written anew.
 */

import { createHash } from 'node:crypto';
import type { AuditEntry, AuditRecord } from '../../types/audit.ts';
import { isObject } from '../values.ts';

/** What the first record points to. */
export const ORIGIN = '0'.repeat(64);

export function chained(
  entry: AuditEntry,
  atMs: number,
  last: Pick<AuditRecord, 'sequence' | 'digest'> | undefined,
): AuditRecord {
  const body = { sequence: (last?.sequence ?? 0) + 1, atMs, entry, previous: last?.digest ?? ORIGIN };
  return { ...body, digest: digestOf(body) };
}

/** Over JSON with the names of each object in order, so that a record that was read and written again has the same. */
export function digestOf({ sequence, atMs, entry, previous }: Omit<AuditRecord, 'digest'>): string {
  return createHash('sha256')
    .update(JSON.stringify(ordered({ sequence, atMs, entry, previous })))
    .digest('hex');
}

function ordered(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (!isObject(value)) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.map(([name, inner]) => [name, ordered(inner)] as const).toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** Undefined where a line is no record. */
export function parseRecord(line: string): AuditRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const { sequence, atMs, entry, previous, digest } = value;
  const isRecord =
    Number.isSafeInteger(sequence) &&
    Number.isFinite(atMs) &&
    isObject(entry) &&
    typeof previous === 'string' &&
    typeof digest === 'string';
  return isRecord ? (value as unknown as AuditRecord) : undefined;
}
