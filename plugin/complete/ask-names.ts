/** The process behind a completion: asks one question, writes the answer to the cache and says nothing to anybody. */

import { text } from 'node:stream/consumers';
import { clusterNames, kubeconfigNames } from '../../lib/operations/names.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { Context } from '../context.ts';
import { type NameCache, openCache } from './cache.ts';
import type { Question } from './names.ts';

/** A cluster that needs longer is not worth waiting for at a prompt. */
const GIVE_UP_MILLISECONDS = 10_000;
/**
 * After a credential plugin has failed, or nothing has answered in time: a plugin may open a browser, and a person who presses the tab
 * key has not asked for that more than once.
 */
const PUT_OFF_MILLISECONDS = 300_000;

export async function askNames(context: Context): Promise<number> {
  const runtime = { ...context.runtime(0), stdinIsTerminal: false, warn: () => undefined };
  const { question, key } = JSON.parse(await text(context.stdin)) as { readonly question: Question; readonly key: string };
  const cache = openCache(runtime);
  if (cache === undefined) return 1;
  const signal = AbortSignal.any([context.signal, AbortSignal.timeout(GIVE_UP_MILLISECONDS)]);
  try {
    const { list, connection } = question;
    const names =
      typeof list === 'string'
        ? (await kubeconfigNames(connection.kubeconfig, runtime))[list]
        : await clusterNames(list, { connection, runtime, signal });
    cache.write(key, names);
    return 0;
  } catch (error) {
    putOff(cache, key, error);
    return 1;
  }
}

/** What failed quickly may be asked again when the claim has run out. */
function putOff(cache: NameCache, key: string, error: unknown): void {
  if (error instanceof UpidError && (error.id === 'credential-plugin' || error.id === 'cancelled'))
    cache.putOff(key, PUT_OFF_MILLISECONDS);
}
