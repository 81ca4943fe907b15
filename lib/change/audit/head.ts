/** What the last record of a trail is, as it is kept beside the trail. */

import type { AuditRecord } from '../../types/audit.ts';

export type AuditHead = Pick<AuditRecord, 'sequence' | 'digest'>;

export function headText({ sequence, digest }: AuditHead): string {
  return `${JSON.stringify({ sequence, digest })}\n`;
}

/** Undefined where it is none. */
export function parseHead(text: string): AuditHead | undefined {
  try {
    const { sequence, digest } = JSON.parse(text) as Partial<Record<keyof AuditHead, unknown>>;
    return Number.isSafeInteger(sequence) && typeof digest === 'string' ? { sequence: sequence as number, digest } : undefined;
  } catch {
    return undefined;
  }
}
