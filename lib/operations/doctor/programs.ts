/** Programs on PATH. */

import { access, constants } from 'node:fs/promises';
import { posix, win32 } from 'node:path';
import type { Runtime } from '../../types/runtime.ts';

type Place = Pick<Runtime, 'env' | 'platform' | 'workingDirectory'>;

/** The file that a name or path stands for; undefined where there is none that can be run. */
export async function findProgram(name: string, place: Place): Promise<string | undefined> {
  const paths = place.platform === 'win32' ? win32 : posix;
  const folders = /[\\/]/.test(name)
    ? ['']
    : (place.env.PATH ?? place.env.Path ?? '').split(paths.delimiter).filter((folder) => folder !== '');
  for (const folder of folders) {
    for (const ending of place.platform === 'win32' ? ['', '.exe', '.cmd', '.bat'] : ['']) {
      const file = paths.resolve(place.workingDirectory, folder, `${name}${ending}`);
      if (await isExecutable(file)) return file;
    }
  }
  return undefined;
}

async function isExecutable(file: string): Promise<boolean> {
  return await access(file, constants.X_OK).then(
    () => true,
    () => false,
  );
}
