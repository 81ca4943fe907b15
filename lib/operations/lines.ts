/** Files of lines: read one by one, written under another name until they are whole. */

import { createReadStream, createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';

export interface Line {
  readonly text: string;
  /** From 1. */
  readonly number: number;
}

/**
 * The lines of a file without the empty ones.
 * @throws UpidError input-invalid for a file that cannot be read; cancelled
 */
export async function* eachLine(file: string, signal: AbortSignal): AsyncGenerator<Line> {
  const stream = createReadStream(file, { encoding: 'utf8' });
  const lines = createInterface({ input: stream, crlfDelay: Number.POSITIVE_INFINITY });
  let number = 0;
  try {
    for await (const text of lines) {
      if (signal.aborted) throw new UpidError('cancelled', 'cancelled');
      number += 1;
      if (text.trim() !== '') yield { text: number === 1 ? text.replace(/^\uFEFF/, '') : text, number };
    }
  } catch (error) {
    if (error instanceof UpidError) throw error;
    throw new UpidError('input-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      remedy: 'check the name of the file',
      cause: error,
    });
  } finally {
    lines.close();
    stream.destroy();
  }
}

export type WriteLine = (line: string) => Promise<void>;

/**
 * Writes a file line by line; it has its name only once everything is written, and nothing is left where that fails.
 * @throws UpidError output-unwritable, and whatever `produce` throws
 */
export async function writeLines(file: string, runtime: Runtime, produce: (write: WriteLine) => Promise<void>): Promise<void> {
  const partial = `${file}.${runtime.random().toString(36).slice(2, 10)}.part`;
  const stream = createWriteStream(partial, { flags: 'wx' });
  const done = finished(stream);
  // Told when it is waited for.
  done.catch(() => undefined);
  try {
    await produce(async (line) => {
      if (!stream.write(`${line}\n`)) await Promise.race([new Promise((resolve) => stream.once('drain', resolve)), done]);
    });
    stream.end();
    await done.catch((error: unknown) => unwritable(file, error));
    await rename(partial, file).catch((error: unknown) => unwritable(file, error));
  } catch (error) {
    stream.destroy();
    await rm(partial, { force: true });
    throw error;
  }
}

function unwritable(file: string, error: unknown): never {
  throw new UpidError('output-unwritable', `${file} cannot be written: ${messageOf(error)}`, { remedy: 'choose another folder' });
}
