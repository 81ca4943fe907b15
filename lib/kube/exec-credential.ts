/**
 * Credentials from a plugin: run on first need, kept until they expire, run again once after the server refused them.
 * One run at a time, shared by all requests that wait for it, since the plugin may ask the person something.
 */

import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import type { Credential, CredentialSource } from './credential-source.ts';
import { runPlugin } from './exec-plugin.ts';
import type { ExecEntry } from './kubeconfig-file.ts';
import type { Target } from './target.ts';

/** The source behind an `exec` entry of the kubeconfig. @param signal ends a plugin that runs. */
export function execCredentials(exec: ExecEntry, target: Target, runtime: Runtime, signal?: AbortSignal): CredentialSource {
  const closed = new AbortController();
  const lifetime = signal === undefined ? closed.signal : AbortSignal.any([closed.signal, signal]);
  let cached: { readonly credential: Credential; readonly expires: number } | undefined;
  let running: SharedRun<Credential> | undefined;

  const run = (signal: AbortSignal | undefined): Promise<Credential> => {
    if (running === undefined || running.abandoned)
      running = sharedRun(lifetime, async (stop) => {
        try {
          const { token, certificate, expires } = await runPlugin(exec, target, runtime, stop);
          const credential: Credential = {
            ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
            ...(certificate === undefined ? {} : { certificate }),
          };
          // Kept even when it has expired already: client-go sends it, and the server decides.
          cached = { credential, expires: expires ?? Number.POSITIVE_INFINITY };
          return credential;
        } finally {
          running = undefined;
        }
      });
    return running.join(signal);
  };

  return {
    current: async (signal) => (cached !== undefined && runtime.now() <= cached.expires ? cached.credential : run(signal)),
    async renew(refused, signal) {
      if (cached !== undefined && cached.credential !== refused) return cached.credential;
      try {
        return await run(signal);
      } catch (error) {
        if (error instanceof UpidError && error.id === 'cancelled') throw error;
        // The refusal is the error to show; this is only why it could not be mended.
        runtime.warn(`refreshing credentials: ${messageOf(error)}`);
        return undefined;
      }
    },
    close: () => closed.abort(),
  };
}

interface SharedRun<T> {
  /** Nobody waits any more: it is being stopped. */
  readonly abandoned: boolean;
  /** Waits for the one run. It is stopped when everybody who waited has gone. */
  join(signal: AbortSignal | undefined): Promise<T>;
}

function sharedRun<T>(lifetime: AbortSignal, start: (stop: AbortSignal) => Promise<T>): SharedRun<T> {
  const abandoned = new AbortController();
  const result = start(AbortSignal.any([lifetime, abandoned.signal]));
  // Each waiter hears of a failure by itself; this only marks it as heard when all have left.
  result.catch(() => undefined);
  let waiting = 0;
  return {
    get abandoned() {
      return abandoned.signal.aborted;
    },
    join(signal) {
      waiting += 1;
      return new Promise<T>((resolve, reject) => {
        const leave = (): void => {
          waiting -= 1;
          if (waiting === 0) abandoned.abort();
          reject(new UpidError('cancelled', 'cancelled while waiting for a credential'));
        };
        if (signal?.aborted) return leave();
        signal?.addEventListener('abort', leave, { once: true });
        result.then(resolve, reject).finally(() => signal?.removeEventListener('abort', leave));
      });
    },
  };
}
