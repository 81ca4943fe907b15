/** Credential plugins for the tests: real programs, small shell scripts in a temporary folder. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from './runtime.ts';

export const V1 = 'client.authentication.k8s.io/v1';

export interface Plugin {
  readonly folder: string;
  /** Full path of the script. */
  readonly command: string;
  /** KUBERNETES_EXEC_INFO of each run so far. */
  readonly infos: () => readonly string[];
  /** The `exec` entry of a user; `changes` over what a plugin of version v1 that never asks has. */
  readonly user: (changes?: object) => { readonly exec: object };
}

/** A plugin that does what the script says, after it has noted down that it runs. */
export function scriptPlugin(script: string, folder = temporaryFolder()): Plugin {
  const command = join(folder, 'plugin');
  const log = join(folder, 'infos');
  writeFileSync(command, `#!/bin/sh\nprintf '%s\\n' "$KUBERNETES_EXEC_INFO" >> '${log}'\n${script}\n`, { mode: 0o755 });
  return {
    folder,
    command,
    infos: () => (existsSync(log) ? readFileSync(log, 'utf8').trim().split('\n') : []),
    user: (changes) => ({ exec: { apiVersion: V1, command, interactiveMode: 'Never', ...changes } }),
  };
}

/** A plugin that prints one text after the other, and the last one again and again. */
export function printingPlugin(...texts: readonly string[]): Plugin {
  const folder = temporaryFolder();
  for (const [index, text] of texts.entries()) writeFileSync(join(folder, `answer-${index + 1}`), text);
  return scriptPlugin(
    `n=$(wc -l < '${folder}/infos')\nif [ "$n" -gt ${texts.length} ]; then n=${texts.length}; fi\ncat '${folder}'/answer-$((n))`,
    folder,
  );
}

/** What a plugin prints. */
export function execCredential(status: object, apiVersion = V1): string {
  return JSON.stringify({ kind: 'ExecCredential', apiVersion, spec: { interactive: false }, status });
}
