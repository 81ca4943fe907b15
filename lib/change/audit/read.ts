/** The trail as it lies on the disk. */

import { readFile } from 'node:fs/promises';
import type { AuditCheck, AuditRecord } from '../../types/audit.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { type AuditHead, parseHead } from './head.ts';
import { headFile, trailFile } from './trail.ts';
import { verifyTrail } from './verify.ts';

export interface ReadTrail {
  /** Those that can be read, in the order of the file, whatever is wrong with them. */
  readonly records: readonly AuditRecord[];
  readonly check: AuditCheck;
}

/** The trail of a folder; an empty one where nothing was ever written. @throws UpidError input-invalid where it cannot be read */
export async function readTrail(folder: string): Promise<ReadTrail> {
  // What is beside it is read first: what another process adds meanwhile is then not missed at the end.
  const head = await textOf(headFile(folder));
  const file = trailFile(folder);
  return judged(file, (await textOf(file)) ?? '', head === undefined ? undefined : parseHead(head));
}

/** A trail that was exported: what is gone from its end cannot be told. @throws UpidError input-invalid */
export async function readExported(file: string): Promise<ReadTrail> {
  const text = await textOf(file);
  if (text === undefined) throw new UpidError('input-invalid', `there is no file ${file}`, { remedy: 'check its name' });
  return judged(file, text, 'unknown');
}

function judged(file: string, text: string, head: AuditHead | 'unknown' | undefined): ReadTrail {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const { records, problems, cutOff } = verifyTrail(lines, head);
  const [first, last] = [records[0], records.at(-1)];
  return {
    records,
    check: {
      file,
      records: records.length,
      ...(first && last && { fromMs: first.atMs, toMs: last.atMs, head: last.digest }),
      problems,
      cutOff,
    },
  };
}

async function textOf(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UpidError('input-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      remedy: 'make it readable',
      cause: error,
    });
  }
}
