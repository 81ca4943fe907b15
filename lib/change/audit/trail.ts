/**
 * The trail's file: a line of JSON for each record, only ever added to, each on disk before the append is fulfilled. Beside it
 * lies what the last record is, which tells when lines at the end are gone. Processes take turns by a lock.
 */

import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { appendDurably, makeFolder, replaceFile } from '../../disk/durable.ts';
import { type Lock, takeLock } from '../../disk/lock.ts';
import type { AuditEntry, AuditRecord, AuditSink } from '../../types/audit.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { Runtime } from '../../types/runtime.ts';
import { chained, parseRecord } from './chain.ts';
import { headText } from './head.ts';

export type AuditRuntime = Pick<Runtime, 'now' | 'elapsed' | 'random' | 'process'>;

export function trailFile(folder: string): string {
  return join(folder, 'trail.jsonl');
}

export function headFile(folder: string): string {
  return join(folder, 'head.json');
}

/**
 * The trail of a folder, made with its first entry.
 * @returns a sink whose `append` throws UpidError output-unwritable where the disk takes nothing, or where another process keeps the trail locked
 */
export function openTrail(folder: string, runtime: AuditRuntime): AuditSink {
  let last: Promise<void> = Promise.resolve();
  return {
    append(entry) {
      // In the order of the calls, whether they wait for each other or not.
      const mine = last.catch(() => undefined).then(() => appendEntry(folder, entry, runtime));
      last = mine;
      return mine;
    },
  };
}

async function appendEntry(folder: string, entry: AuditEntry, runtime: AuditRuntime): Promise<void> {
  try {
    await makeFolder(folder);
    const lock = await lockTrail(folder, runtime);
    try {
      await appendRecord(folder, entry, runtime.now());
    } finally {
      await lock.release();
    }
  } catch (error) {
    if (error instanceof UpidError) throw error;
    throw new UpidError('output-unwritable', `the audit trail in ${folder} cannot be written: ${messageOf(error)}`, {
      remedy: 'free the disk or make the folder writable: nothing is changed that cannot be written down',
      cause: error,
    });
  }
}

async function appendRecord(folder: string, entry: AuditEntry, nowMs: number): Promise<void> {
  const file = trailFile(folder);
  const { record, endsInLine } = await lastRecord(file);
  const next = chained(entry, nowMs, record);
  // What a crash has cut off stays as it is; the new record begins a line of its own.
  await appendDurably(file, `${endsInLine ? '\n' : ''}${JSON.stringify(next)}\n`);
  await replaceFile(headFile(folder), headText(next));
}

/** How long another process may take with its line. */
const LOCK_PATIENCE_MS = 10_000;

async function lockTrail(folder: string, runtime: AuditRuntime): Promise<Lock> {
  const startedAt = runtime.elapsed();
  while (true) {
    const outcome = await takeLock(join(folder, 'lock'), 'audit trail', runtime);
    if ('lock' in outcome) return outcome.lock;
    if (runtime.elapsed() - startedAt > LOCK_PATIENCE_MS) {
      const { processId, host } = outcome.holder;
      throw new UpidError(
        'output-unwritable',
        `the audit trail in ${folder} is being written by process ${processId} on ${host}`,
        {
          remedy: `wait for it; if there is no such process, remove ${join(folder, 'lock')}`,
        },
      );
    }
    await setTimeout(5 + 20 * runtime.random());
  }
}

/** Bytes read at a time, from the end. */
const TAIL = 65_536;

/** The last whole record, and whether the file ends in a line that has no end. */
async function lastRecord(file: string): Promise<{ readonly record?: AuditRecord; readonly endsInLine: boolean }> {
  let handle: Awaited<ReturnType<typeof open>>;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { endsInLine: false };
    throw error;
  }
  try {
    const { size } = await handle.stat();
    for (let from = Math.max(0, size - TAIL); ; from = Math.max(0, from - TAIL)) {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
      const text = buffer.toString('utf8', 0, bytesRead);
      // A piece that does not begin the file may begin in the middle of a line.
      const lines = text.split('\n').slice(from === 0 ? 0 : 1);
      const record = lines.toReversed().flatMap((line) => parseRecord(line) ?? [])[0];
      if (record !== undefined || from === 0) return { ...(record && { record }), endsInLine: size > 0 && !text.endsWith('\n') };
    }
  } finally {
    await handle.close();
  }
}
