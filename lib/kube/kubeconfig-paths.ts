/** Where kubeconfig files are looked for. Apart from their reading, because whoever asks only for this need not load a YAML parser. */

import { posix, win32 } from 'node:path';
import type { Runtime } from '../types/runtime.ts';

/** Absolute paths in order of precedence, none twice. */
export function kubeconfigFiles(flag: string | undefined, runtime: Runtime): readonly string[] {
  const paths = pathsOf(runtime);
  if (flag) return [paths.resolve(runtime.workingDirectory, flag)];
  const list = runtime.env.KUBECONFIG;
  if (!list) return [paths.join(runtime.homeDirectory, '.kube', 'config')];
  const entries = list.split(paths.delimiter).filter((entry) => entry !== '');
  return [...new Set(entries.map((entry) => paths.resolve(runtime.workingDirectory, entry)))];
}

/** Path rules of the platform the program runs on. */
export function pathsOf(runtime: Pick<Runtime, 'platform'>): typeof posix {
  return runtime.platform === 'win32' ? win32 : posix;
}
