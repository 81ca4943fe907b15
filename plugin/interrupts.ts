/** Ways a run ends from outside: Ctrl-C, a termination, a reader of the output that goes away. */

/** 128 + SIGINT, as shells count it. */
export const CANCELLED = 130;

/**
 * A signal that aborts at the first SIGINT or SIGTERM, so that the work stops in order. A second one ends the process at
 * once. A closed pipe (`kubectl upid idle | head`) ends it quietly.
 */
export function listenForInterrupts(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(CANCELLED);
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit();
      throw error;
    });
  }
  return controller.signal;
}
