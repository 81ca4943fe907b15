/** A file that somebody asked for: it has its name only when it is whole, and replaces another one only where that was asked for. */

import { link, open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { flush } from '../disk/durable.ts';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';

export interface OutputFile {
  readonly file: string;
  /** True: a file of this name is replaced. */
  readonly force: boolean;
  readonly runtime: Runtime;
}

/**
 * Lets `write` fill a file under another name, flushes it to the disk and puts it in place.
 * @throws UpidError output-unwritable, and whatever `write` throws; nothing is left then, and what was there stays
 */
export async function placeOutput<T>(output: OutputFile, write: (temporaryFile: string) => Promise<T>): Promise<T> {
  const { file, force, runtime } = output;
  const target = await targetOf(output);
  const temporary = join(dirname(target), `.${basename(target)}.${runtime.random().toString(36).slice(2, 10)}.part`);
  await open(temporary, 'wx').then(
    (handle) => handle.close(),
    (error: unknown) => refuse(file, messageOf(error), 'choose another folder'),
  );
  try {
    const result = await write(temporary);
    await flush(temporary);
    await put(temporary, target, force).catch((error: NodeJS.ErrnoException) =>
      error.code === 'EEXIST' ? refuseExisting(file) : refuse(file, messageOf(error), 'choose another folder'),
    );
    await flush(dirname(target));
    return result;
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
  }
}

/** Where the name leads to. */
async function targetOf({ file, force }: OutputFile): Promise<string> {
  const found = await stat(file).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? undefined : refuse(file, messageOf(error), 'choose another folder'),
  );
  if (found === undefined) return file;
  if (!found.isFile()) refuse(file, 'it is no regular file', 'choose another name');
  return force ? realpath(file) : refuseExisting(file);
}

async function put(temporary: string, target: string, force: boolean): Promise<void> {
  if (force) {
    await rename(temporary, target);
    return;
  }
  try {
    // Fails where another one made that file meanwhile.
    await link(temporary, target);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw error;
    // Some file systems know no second name.
    await rename(temporary, target);
  }
}

function refuseExisting(file: string): never {
  throw new UpidError('output-unwritable', `${file} is there already`, {
    remedy: 'replace it by --force, or choose another name',
  });
}

function refuse(file: string, why: string, remedy: string): never {
  throw new UpidError('output-unwritable', `${file} cannot be written: ${why}`, { remedy });
}
