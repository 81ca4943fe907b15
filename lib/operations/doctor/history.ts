/** The own history of the cluster: folder, size, age, gaps, and what cannot be read of it. */

import { access, constants, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { keptRetention } from '../../store/kept-retention.ts';
import { clusterFolder, findParts } from '../../store/parts.ts';
import { recordedDays } from '../../store/retention.ts';
import type { Check } from '../../types/doctor.ts';
import { DAY, formatAge } from '../../types/duration.ts';
import { MEBIBYTE } from '../../types/quantity.ts';
import { directoryOf } from '../history-folder.ts';
import type { DoctorRequest } from './request.ts';

const SUBJECT = 'history';

/** Somebody who collects does so more often. */
const STALE_SECONDS = DAY;
export async function checkHistory(clusterId: string | undefined, request: DoctorRequest): Promise<readonly Check[]> {
  const directory = folderOf(request);
  if (directory === false) return [{ subject: SUBJECT, state: 'skipped', says: 'left out by --no-history' }];
  if (directory === undefined)
    return [{ subject: SUBJECT, state: 'warning', says: 'no folder is known for it', remedy: 'set HOME, or give --history' }];
  const folder = clusterId === undefined ? undefined : join(directory, clusterFolder(clusterId));
  return [
    await checkWritable(directory, request.demo),
    ...(folder === undefined ? [UNKNOWN_CLUSTER] : await checkContents(folder, request)),
  ];
}

const UNKNOWN_CLUSTER: Check = {
  subject: `${SUBJECT}: samples`,
  state: 'skipped',
  says: 'it is not known which cluster this is',
};

/** Undefined: none is known; false: it is left out. */
export function folderOf(request: DoctorRequest): string | false | undefined {
  return request.history === false ? false : directoryOf(request);
}

async function checkWritable(directory: string, demo: boolean): Promise<Check> {
  if (demo)
    return {
      subject: SUBJECT,
      state: 'ok',
      says: 'what ships with the program for the simulated cluster, which is not added to',
    };
  const existing = await nearestExisting(directory);
  const why = await unwritable(existing);
  const figures = { folder: directory };
  if (why === undefined) return { subject: SUBJECT, state: 'ok', says: `${directory} can be written`, figures };
  return {
    subject: SUBJECT,
    state: 'failed',
    says: `${directory} cannot be written: ${existing} ${why}`,
    remedy: 'make it writable, or choose another folder with --history or UPID_HOME',
    figures,
  };
}

/** The folder itself, or the one in which it would be made. */
export async function nearestExisting(folder: string): Promise<string> {
  const parent = dirname(folder);
  const isThere = await stat(folder).then(
    () => true,
    () => false,
  );
  return isThere || parent === folder ? folder : await nearestExisting(parent);
}

async function unwritable(folder: string): Promise<string | undefined> {
  try {
    if (!(await stat(folder)).isDirectory()) return 'is no folder';
    await access(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EROFS'
      ? 'lies on a file system that is mounted read-only'
      : `may not be written (${code ?? 'for an unknown reason'})`;
  }
}

async function checkContents(folder: string, { runtime, demo }: DoctorRequest): Promise<readonly Check[]> {
  const [samples, hourly] = await Promise.all([
    findParts(folder, 'samples', 'all', new Map()),
    findParts(folder, 'hourly', 'all', new Map()),
  ]);
  const broken = brokenCheck(folder, [...samples.problems, ...hourly.problems]);
  const parts = [...samples.parts, ...hourly.parts];
  const files = await Promise.all(parts.map(({ file }) => stat(file).catch(() => undefined)));
  const bytes = files.reduce((sum, file) => sum + (file?.size ?? 0), 0);
  if (parts.length === 0)
    return [
      ...broken,
      {
        subject: `${SUBJECT}: samples`,
        state: 'warning',
        says: `nothing has been recorded of this cluster yet in ${folder}`,
        remedy: 'run kubectl upid idle now and then, or kubectl upid collect --every 1m --for 8h',
      },
    ];
  const newest = Math.max(
    0,
    ...samples.parts.map(({ file }) => files[parts.findIndex((part) => part.file === file)]?.mtimeMs ?? 0),
  );
  const days = [...new Set([...(await recordedDays(folder, 'samples')), ...(await recordedDays(folder, 'hourly'))])].toSorted();
  const age = Math.max(0, (runtime.now() - newest) / 1000);
  const stale = !demo && age > STALE_SECONDS;
  const { rawSeconds, hourlySeconds } = await keptRetention(folder);
  return [
    ...broken,
    {
      subject: `${SUBJECT}: samples`,
      state: stale ? 'warning' : 'ok',
      says: `${counted(days.length, 'day')} in ${counted(parts.length, 'file')}, ${(bytes / MEBIBYTE).toFixed(1)} MiB; the last was written ${formatAge(age)} ago; kept: raw ${rawSeconds / DAY} days, by the hour ${hourlySeconds / DAY}`,
      ...(stale && { remedy: 'collect more often: kubectl upid collect --every 1m --for 8h' }),
      figures: { files: parts.length, bytes, days: days.length, lastWrittenSeconds: Math.round(age) },
    },
    gapsCheck(days),
  ];
}

function brokenCheck(folder: string, problems: readonly string[]): readonly Check[] {
  if (problems.length === 0) return [];
  const more = problems.length === 1 ? '' : `, and ${problems.length - 1} more`;
  return [
    {
      subject: `${SUBJECT}: files`,
      state: 'warning',
      says: `${problems[0]}${more}`,
      remedy: `move the named files out of ${folder}: everything else is read without them`,
      figures: { broken: problems.length },
    },
  ];
}

/** Days without a sample between the first and the last. */
function gapsCheck(days: readonly string[]): Check {
  const [first, last] = [days[0]!, days.at(-1)!];
  const span = Math.round((Date.parse(last) - Date.parse(first)) / (DAY * 1000)) + 1;
  const missing = span - days.length;
  const subject = `${SUBJECT}: gaps`;
  const figures = { missingDays: missing };
  if (missing === 0) return { subject, state: 'ok', says: `there are samples of every day from ${first} to ${last}`, figures };
  return {
    subject,
    state: 'warning',
    says: `${missing} of ${span} days from ${first} to ${last} have no samples`,
    remedy: 'let collect run in the cluster, so that no day is left out',
    figures,
  };
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
