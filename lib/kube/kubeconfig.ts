/**
 * The kubeconfig as client-go's loading rules see it: which files are read, and how several become one. Knows files and
 * the environment; knows nothing of flags that override an entry (`target.ts`).
 */

import { readFile } from 'node:fs/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import { type Kubeconfig, parseKubeconfig } from './kubeconfig-file.ts';
import { kubeconfigFiles, pathsOf } from './kubeconfig-paths.ts';

export interface LoadedKubeconfig extends Kubeconfig {
  /** Files that were read, in order of precedence. */
  readonly files: readonly string[];
  /** Files that were looked for and do not exist. */
  readonly missing: readonly string[];
}

/**
 * Reads `--kubeconfig`, else every file of KUBECONFIG, else `~/.kube/config`. In a list, files that do not exist are
 * skipped and the first file that has a name wins as a whole; relative paths in a file count from its folder.
 * @throws UpidError kubeconfig-missing when the file of the flag does not exist; kubeconfig-invalid naming file and line.
 */
export async function loadKubeconfig(flag: string | undefined, runtime: Runtime): Promise<LoadedKubeconfig> {
  const candidates = kubeconfigFiles(flag, runtime);
  const read = await Promise.all(candidates.map((file) => readOne(file, runtime)));
  const missing = candidates.filter((_, index) => read[index] === undefined);
  if (flag && missing.length > 0) {
    throw new UpidError('kubeconfig-missing', `the kubeconfig ${flag} does not exist`, {
      remedy: 'check the path given with --kubeconfig',
    });
  }
  const files = candidates.filter((_, index) => read[index] !== undefined);
  return { ...merge(read.filter((config) => config !== undefined)), files, missing };
}

async function readOne(file: string, runtime: Runtime): Promise<Kubeconfig | undefined> {
  const paths = pathsOf(runtime);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new UpidError('kubeconfig-invalid', `the kubeconfig ${file} cannot be read: ${reasonOf(error)}`, {
      remedy: `make ${file} readable, or choose another file with --kubeconfig`,
      cause: error,
    });
  }
  return parseKubeconfig(text, file, (path) => paths.resolve(paths.dirname(file), path));
}

function reasonOf(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code;
  if (code === 'EACCES' || code === 'EPERM') return 'permission denied';
  return code === 'EISDIR' ? 'it is a folder' : messageOf(error);
}

/** First file wins: an entry of a later file with the same name is dropped as a whole, as client-go does. */
function merge(configs: readonly Kubeconfig[]): Kubeconfig {
  const currentContext = configs.find((config) => config.currentContext)?.currentContext;
  return {
    ...(currentContext === undefined ? {} : { currentContext }),
    clusters: firstWins(configs.map((config) => config.clusters)),
    users: firstWins(configs.map((config) => config.users)),
    contexts: firstWins(configs.map((config) => config.contexts)),
  };
}

function firstWins<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]));
}
