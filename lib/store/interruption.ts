/** Ctrl-C while the engine works. */

import type { DuckDBConnection } from '@duckdb/node-api';
import { UpidError } from '../types/errors.ts';

/** A statement that is about to begin forgets an interruption that came just before: it is repeated this often. */
const REPEAT_MS = 50;

/**
 * Runs `work`, and interrupts what the connection does when the signal aborts.
 * @throws UpidError as `refuseCancelled`, whatever `work` says of being interrupted
 */
export async function interruptible<T>(connection: DuckDBConnection, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setInterval> | undefined;
  const interrupt = (): void => {
    connection.interrupt();
    timer = setInterval(() => connection.interrupt(), REPEAT_MS);
  };
  signal.addEventListener('abort', interrupt, { once: true });
  try {
    refuseCancelled(signal);
    const result = await work();
    refuseCancelled(signal);
    return result;
  } catch (error) {
    refuseCancelled(signal);
    throw error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    clearInterval(timer);
  }
}

/** @throws UpidError the reason that the signal was aborted with where it is one, else cancelled */
export function refuseCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw signal.reason instanceof UpidError ? signal.reason : new UpidError('cancelled', 'cancelled');
}
