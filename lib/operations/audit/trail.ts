/** The questions of `audit list`, `audit verify` and `audit export`: what was done, and whether what is written down of it is whole. */

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readExported, readTrail } from '../../change/audit/read.ts';
import { stateDirectory } from '../../disk/location.ts';
import type { AuditCheck, AuditProblem, AuditRecord } from '../../types/audit.ts';
import type { Runtime } from '../../types/runtime.ts';
import { placeOutput } from '../output-file.ts';

export interface AuditRequest {
  /** True: of what was done to the simulated cluster. */
  readonly demo: boolean;
  readonly runtime: Runtime;
}

/** Which records are wanted; an absent condition is none. */
export interface AuditFilter {
  /** Up to now. */
  readonly sinceSeconds?: number;
  /** Id of a change. */
  readonly change?: string;
  readonly namespace?: string;
  /** UID of the namespace kube-system. */
  readonly cluster?: string;
}

export interface AuditListing {
  readonly records: readonly AuditRecord[];
  /** Of the whole trail. */
  readonly check: AuditCheck;
}

/** @throws UpidError input-invalid where the trail cannot be read */
export async function listAudit(request: AuditRequest, filter: AuditFilter): Promise<AuditListing> {
  const { records, check } = await readTrail(auditFolder(request));
  const fromMs = filter.sinceSeconds === undefined ? undefined : request.runtime.now() - filter.sinceSeconds * 1000;
  return { records: records.filter((record) => isWanted(record, filter, fromMs)), check };
}

function isWanted(
  { atMs, entry }: AuditRecord,
  { change, namespace, cluster }: AuditFilter,
  fromMs: number | undefined,
): boolean {
  return (
    (fromMs === undefined || atMs >= fromMs) &&
    (change === undefined || entry.change === change) &&
    (namespace === undefined || entry.target?.namespace === namespace) &&
    (cluster === undefined || entry.cluster.id === cluster)
  );
}

/**
 * `file`: an exported trail instead of one's own. `head`: digest of a record that was noted elsewhere; a trail without it is not
 * the one that it was noted of.
 * @throws UpidError input-invalid where the trail cannot be read
 */
export async function verifyAudit(
  request: AuditRequest,
  { file, head }: { readonly file?: string; readonly head?: string },
): Promise<AuditCheck> {
  const { records, check } = file === undefined ? await readTrail(auditFolder(request)) : await readExported(file);
  if (head === undefined || records.some(({ digest }) => digest === head)) return check;
  const problem: AuditProblem = { problem: 'rewritten', detail: `no record has the digest ${head}` };
  return { ...check, problems: [...check.problems, problem] };
}

export interface AuditExport {
  readonly file: string;
  readonly records: number;
  readonly check: AuditCheck;
}

/**
 * Writes the trail as lines of JSON, each as it was written, so that whoever gets them can verify them.
 * @throws UpidError output-unwritable, input-invalid
 */
export async function exportAudit(
  request: AuditRequest,
  { file, force }: { readonly file: string; readonly force: boolean },
): Promise<AuditExport> {
  const { records, check } = await readTrail(auditFolder(request));
  await placeOutput({ file, force, runtime: request.runtime }, (temporary) =>
    writeFile(temporary, auditLines(records), { mode: 0o600 }),
  );
  return { file, records: records.length, check };
}

/** As they stand in the trail. */
export function auditLines(records: readonly AuditRecord[]): string {
  return records.map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** Where the trail lies: `audit` in the person's own folder. */
export function auditFolder({ demo, runtime }: AuditRequest): string {
  return join(stateDirectory(runtime, { demo }), 'audit');
}
