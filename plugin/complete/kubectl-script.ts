/**
 * The executable that kubectl runs to complete `kubectl upid`: `kubectl_complete-upid`, which it looks for on PATH and which krew cannot
 * install. Knows where it belongs, what stands in it, and how it is told from somebody else's.
 */

import {
  accessSync,
  chmodSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { posix, win32 } from 'node:path';
import { messageOf, UpidError } from '../../lib/types/errors.ts';
import type { Runtime } from '../../lib/types/runtime.ts';
import type { Self } from '../context.ts';

type Place = Pick<Runtime, 'env' | 'platform' | 'homeDirectory' | 'workingDirectory'>;

const SCRIPT = `#!/bin/sh
exec kubectl-upid __complete "$@"
`;

/** kubectl finds a .cmd by PATHEXT; the empty last argument comes through, since %* is the line as it was written. */
const WINDOWS_SCRIPT = `@echo off\r
kubectl-upid.exe __complete %*\r
`;

/** What a file holds that is ours, also one of an earlier version. */
const OURS = /kubectl-upid(\.exe)? __complete/;

export interface Installed {
  readonly file: string;
  /** kubectl looks there. */
  readonly onPath: boolean;
}

/**
 * Writes the script, whole or not at all; one of ours is replaced.
 * @param to the folder, which is made where it is missing; else krew's, else that of the program where it is on PATH
 * @throws UpidError usage where no folder is known; completion-install where the file cannot be written, or is somebody else's
 */
export function installScript(to: string | undefined, self: Self, place: Place): Installed {
  const folder = to ? pathsOf(place).resolve(place.workingDirectory, to) : defaultFolder(self, place);
  const file = scriptFile(folder, place);
  if (isThere(file) && !isOurs(file))
    throw new UpidError('completion-install', `${file} was not written by kubectl-upid`, {
      remedy: 'move it away, or choose another folder with --to',
    });
  try {
    mkdirSync(folder, { recursive: true });
    const unfinished = `${file}.unfinished`;
    writeFileSync(unfinished, place.platform === 'win32' ? WINDOWS_SCRIPT : SCRIPT);
    chmodSync(unfinished, 0o755);
    renameSync(unfinished, file);
  } catch (error) {
    throw new UpidError('completion-install', `${file} cannot be written: ${messageOf(error)}`, {
      remedy: 'choose a folder that you may write, and that is on PATH, with --to',
      cause: error,
    });
  }
  return { file, onPath: searchPath(place).includes(folder) };
}

/**
 * Takes away every script of ours that kubectl would find, or the one in the folder that is given.
 * @returns what was taken away
 * @throws UpidError completion-install where one cannot be
 */
export function uninstallScript(from: string | undefined, place: Place): readonly string[] {
  const folders = from ? [pathsOf(place).resolve(place.workingDirectory, from)] : [...searchPath(place), krewFolder(place)];
  const files = [...new Set(folders.map((folder) => scriptFile(folder, place)))].filter(isOurs);
  for (const file of files) remove(file);
  return files;
}

function remove(file: string): void {
  try {
    rmSync(file);
  } catch (error) {
    throw new UpidError('completion-install', `${file} cannot be taken away: ${messageOf(error)}`, {
      remedy: 'take it away as the user that it belongs to',
      cause: error,
    });
  }
}

/** @throws UpidError usage */
function defaultFolder({ file }: Self, place: Place): string {
  const krew = krewFolder(place);
  if (isFolder(krew)) return krew;
  const beside = file && folderOf(file, place);
  if (beside && searchPath(place).includes(beside) && isWritable(beside)) return beside;
  throw new UpidError('usage', `krew's folder ${krew} is not there, and the program lies in none on PATH that can be written`, {
    remedy: 'choose a folder on PATH with --to',
  });
}

/** Where a program lies that was named by a path, or by a name that was looked for on PATH. */
function folderOf(program: string, place: Place): string | undefined {
  const { dirname, join, resolve } = pathsOf(place);
  if (/[\\/]/.test(program)) return dirname(resolve(place.workingDirectory, program));
  return searchPath(place).find((folder) => isThere(join(folder, program)) || isThere(join(folder, `${program}.exe`)));
}

/** Where krew lays its links. */
function krewFolder(place: Place): string {
  const { join } = pathsOf(place);
  return join(place.env.KREW_ROOT || join(place.homeDirectory, '.krew'), 'bin');
}

function searchPath(place: Place): readonly string[] {
  const paths = pathsOf(place);
  const list = place.env.PATH ?? place.env.Path ?? '';
  return list
    .split(paths.delimiter)
    .filter((folder) => paths.isAbsolute(folder))
    .map((folder) => paths.resolve(folder));
}

function scriptFile(folder: string, place: Place): string {
  return pathsOf(place).join(folder, `kubectl_complete-upid${place.platform === 'win32' ? '.cmd' : ''}`);
}

function pathsOf({ platform }: Place): typeof posix {
  return platform === 'win32' ? win32 : posix;
}

/** Also a link that leads nowhere. */
function isThere(file: string): boolean {
  try {
    lstatSync(file);
    return true;
  } catch {
    return false;
  }
}

/** A link is not, wherever it leads. */
function isOurs(file: string): boolean {
  try {
    if (!lstatSync(file).isFile()) return false;
    return OURS.test(readFileSync(file, 'utf8'));
  } catch {
    return false;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isWritable(folder: string): boolean {
  try {
    accessSync(folder, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
