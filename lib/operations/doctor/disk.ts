/** The file system on which the history lies. */

import { statfs } from 'node:fs/promises';
import type { Check } from '../../types/doctor.ts';
import { MEBIBYTE } from '../../types/quantity.ts';
import { folderOf, nearestExisting } from './history.ts';
import type { DoctorRequest } from './request.ts';

const SUBJECT = 'disk';
/** A day of 1,000 pods every five minutes takes about a tenth of it, and merging writes a copy before it removes. */
const LITTLE_BYTES = 200 * MEBIBYTE;
const FULL_BYTES = MEBIBYTE;

export async function checkDisk(request: DoctorRequest): Promise<readonly Check[]> {
  const directory = folderOf(request);
  if (typeof directory !== 'string' || request.demo)
    return [{ subject: SUBJECT, state: 'skipped', says: 'nothing is written: there is no history to add to' }];
  const folder = await nearestExisting(directory);
  const { bavail, bsize, ffree, files } = await statfs(folder);
  const free = bavail * bsize;
  const figures = { folder, freeBytes: free };
  // File systems without a table of files tell neither number.
  if (files > 0 && ffree === 0)
    return [
      { subject: SUBJECT, state: 'failed', says: `no more files can be made where ${folder} lies`, remedy: REMEDY, figures },
    ];
  const state = free < FULL_BYTES ? 'failed' : free < LITTLE_BYTES ? 'warning' : 'ok';
  const says = `${Math.floor(free / MEBIBYTE)} MiB are free where ${folder} lies`;
  return [{ subject: SUBJECT, state, says, ...(state !== 'ok' && { remedy: REMEDY }), figures }];
}

const REMEDY = 'make room, choose another folder with --history, or leave the history out by --no-history';
