/** The simulated cluster with what was changed of it, kept in a file, so that apply, history and rollback of several runs tell one story. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder, replaceFile } from '../../disk/durable.ts';
import type { KubeClient } from '../../kube/client.ts';
import { simulatedClient } from '../../kube/simulated/transport.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import type { Runtime } from '../../types/runtime.ts';

type StoredObjects = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** @throws UpidError output-unwritable, from each request that changes something */
export async function openDemo(namespace: string, runtime: Runtime, state: string): Promise<KubeClient> {
  const file = join(state, 'cluster.json');
  let objects = await stored(file);
  let kept: Promise<void> = Promise.resolve();
  return simulatedClient({
    namespace,
    runtime,
    changed: {
      objects: () => objects,
      async put(path, object) {
        objects = { ...objects, [path]: object };
        // One file, written by one at a time.
        kept = kept
          .catch(() => undefined)
          .then(async () => {
            await makeFolder(state);
            await replaceFile(file, JSON.stringify(objects));
          });
        try {
          await kept;
        } catch (error) {
          throw new UpidError('output-unwritable', `the simulated cluster cannot be kept in ${file}: ${messageOf(error)}`, {
            cause: error,
          });
        }
      },
    },
  });
}

async function stored(file: string): Promise<StoredObjects> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as StoredObjects;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw new UpidError('input-invalid', `${file} cannot be read: ${messageOf(error)}`, {
      remedy: 'remove it: the simulated cluster is then as it ships',
    });
  }
}
