/** Files of lines: read one by one, written under another name until they are whole. */

import { createReadStream, createWriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import { placeOutput } from './output-file.ts';

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
 * Writes a file line by line, as `placeOutput` does; a file of this name is replaced.
 * @throws UpidError output-unwritable, and whatever `produce` throws
 */
export function writeLines(file: string, runtime: Runtime, produce: (write: WriteLine) => Promise<void>): Promise<void> {
  return placeOutput({ file, force: true, runtime }, async (temporary) => {
    const stream = createWriteStream(temporary);
    const done = finished(stream);
    // Told when it is waited for.
    done.catch(() => undefined);
    try {
      await produce(async (line) => {
        if (!stream.write(`${line}\n`)) await Promise.race([new Promise((resolve) => stream.once('drain', resolve)), done]);
      });
      stream.end();
      await done.catch((error: unknown) => unwritable(file, error));
    } finally {
      stream.destroy();
    }
  });
}

function unwritable(file: string, error: unknown): never {
  throw new UpidError('output-unwritable', `${file} cannot be written: ${messageOf(error)}`, { remedy: 'choose another folder' });
}
