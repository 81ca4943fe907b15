/** Lets at most so many through at a time, in the order they came. */

import { UpidError } from '../types/errors.ts';

export interface Gate {
  /** Resolves with a function that gives the place back. @throws UpidError cancelled when the signal comes first. */
  readonly enter: (signal: AbortSignal | undefined) => Promise<() => void>;
}

export function gate(places: number): Gate {
  let free = places;
  const waiting: (() => void)[] = [];

  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  /** The way out is used once, however often it is called. */
  const exit = (): (() => void) => {
    let gone = false;
    return () => {
      if (gone) return;
      gone = true;
      leave();
    };
  };

  return {
    async enter(signal) {
      if (signal?.aborted) throw cancelled();
      if (free > 0) {
        free -= 1;
        return exit();
      }
      return new Promise((resolve, reject) => {
        const turn = (): void => {
          signal?.removeEventListener('abort', giveUp);
          resolve(exit());
        };
        const giveUp = (): void => {
          waiting.splice(waiting.indexOf(turn), 1);
          reject(cancelled());
        };
        waiting.push(turn);
        signal?.addEventListener('abort', giveUp, { once: true });
      });
    },
  };
}

function cancelled(): UpidError {
  return new UpidError('cancelled', 'cancelled while waiting for a connection');
}
