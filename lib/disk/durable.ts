/** What is on the disk when a promise is fulfilled, whatever happens to the machine then. */

import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Makes a folder and its parents so that their names, too, survive a power cut. */
export async function makeFolder(folder: string): Promise<void> {
  const first = await mkdir(folder, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let made = folder; made.length >= first.length; made = dirname(made)) await flush(dirname(made));
}

/** fsync of a file or, where the system allows it, of a folder, so that the new name survives a power cut. */
export async function flush(path: string): Promise<void> {
  let handle: Awaited<ReturnType<typeof open>> | undefined;
  try {
    handle = await open(path, 'r');
    await handle.sync();
  } catch (error) {
    // Windows opens no folders and flushes nothing that is open for reading; some file systems flush no folders.
    const refused = ['EPERM', 'EINVAL', 'EISDIR', 'EACCES', 'ENOTSUP'];
    if (!refused.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}

/** Puts a small text in the place of a file: a reader meets the one or the other, whole. @throws whatever the file system says */
export async function replaceFile(file: string, text: string): Promise<void> {
  const temporary = join(dirname(file), `.${basename(file)}.tmp`);
  try {
    await writeThrough(temporary, 'w', text);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await flush(dirname(file));
}

/** Adds a text to the end of a file, made where it is not there. @throws whatever the file system says */
export function appendDurably(file: string, text: string): Promise<void> {
  return writeThrough(file, 'a', text);
}

/** Writes a text and flushes it; `wx` fails where the file is there already. @throws whatever the file system says */
export async function writeThrough(file: string, flags: 'a' | 'w' | 'wx', text: string): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
