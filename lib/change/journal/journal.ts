/**
 * The write-ahead journal: `<folder>/<change id>.jsonl`, one file for each change, a line for each thing that happened, each on the
 * disk before the next is done. The first line holds every former value and is there before the first request is sent.
 */

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appendDurably, flush, makeFolder } from '../../disk/durable.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { Runtime } from '../../types/runtime.ts';
import { changeOf, type Intent, type JournaledChange, type JournalRecord, type StepRecord } from './records.ts';

export interface Journal {
  /** @throws UpidError journal-unwritable */
  step(record: Omit<StepRecord, 'record' | 'atMs'>): Promise<void>;
  end(): Promise<void>;
}

const NAME = /^\d{8}T\d{6}Z-[0-9a-f]{4}\.jsonl$/;

/** Sorts by time, and is told apart from others of the same second by chance: `20261125T114502Z-3f9a`. */
export function newChangeId({ now, random }: Pick<Runtime, 'now' | 'random'>): string {
  const at = new Date(now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  return `${at}-${Math.floor(random() * 0x10000)
    .toString(16)
    .padStart(4, '0')}`;
}

/** Begins a journal: fulfilled when the intent is on the disk. @throws UpidError journal-unwritable */
export async function beginJournal(
  folder: string,
  intent: Omit<Intent, 'record' | 'format'>,
  now: () => number,
): Promise<Journal> {
  const file = join(folder, `${intent.change.id}.jsonl`);
  // One after the other, so that no line gets into another one, and a failed one is not followed by others.
  let written: Promise<void> = Promise.resolve();
  const append = (record: JournalRecord): Promise<void> => {
    written = written.then(() => onDisk(file, () => appendDurably(file, `${JSON.stringify(record)}\n`)));
    return written;
  };
  await onDisk(folder, () => makeFolder(folder));
  await append({ record: 'intent', format: 1, ...intent });
  await onDisk(folder, () => flush(folder));
  return {
    step: (record) => append({ record: 'step', ...record, atMs: now() }),
    end: () => append({ record: 'end', atMs: now() }),
  };
}

async function onDisk(path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new UpidError('journal-unwritable', `the journal of changes cannot be written to ${path}: ${messageOf(error)}`, {
      remedy: 'free the disk, or name another folder by UPID_HOME; nothing is changed without a journal',
      cause: error,
    });
  }
}

export interface ReadJournals {
  /** Oldest first. */
  readonly changes: readonly JournaledChange[];
  /** One sentence for each file that cannot be read. */
  readonly problems: readonly string[];
}

/** All changes of a folder; none where there is no folder. @throws UpidError journal-unreadable */
export async function readJournals(folder: string): Promise<ReadJournals> {
  const names = (await entriesOf(folder)).filter((name) => NAME.test(name)).toSorted();
  const read = await Promise.all(names.map((name) => readJournal(join(folder, name))));
  return {
    // Ids of the same second are told apart by chance.
    changes: read.flatMap((each) => (typeof each === 'object' ? [each] : [])).toSorted((a, b) => a.startedAtMs - b.startedAtMs),
    problems: read.flatMap((each) => (typeof each === 'string' ? [each] : [])),
  };
}

async function entriesOf(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UpidError('journal-unreadable', `the journals of changes in ${folder} cannot be read: ${messageOf(error)}`, {
      remedy: 'check the rights on the folder',
      cause: error,
    });
  }
}

/** The change, or a sentence that says why there is none; undefined where its process died before the intent was whole. */
async function readJournal(file: string): Promise<JournaledChange | string | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    return `${file} cannot be read: ${messageOf(error)}`;
  }
  // What follows the last line feed was cut off while it was written: what it tells had not been done yet.
  const lines = text.split('\n').slice(0, -1);
  const [first, ...rest] = lines;
  if (first === undefined) return undefined;
  try {
    const intent = JSON.parse(first) as JournalRecord;
    if (intent.record !== 'intent' || intent.format !== 1) throw new Error('its first line is no intent');
    return changeOf(
      intent,
      rest.map((line) => JSON.parse(line) as JournalRecord),
    );
  } catch (error) {
    return `${file} is no journal of a change: ${messageOf(error)}`;
  }
}
