/** The terminal as a full screen: entered once, and left clean on every way out. */

import { render } from 'ink';
import type { ReactNode } from 'react';
import { UpidError } from '../lib/types/errors.ts';

export interface Screen {
  /** Must be terminals, both: keys are read one by one from the first. */
  readonly stdin: NodeJS.ReadableStream;
  readonly stdout: NodeJS.WritableStream;
  /**
   * Closes the view when it aborts. Needed where the program itself listens to SIGINT or SIGTERM: without such a listener
   * Ink restores the terminal on these signals and lets them end the process; with one (added by `on`, still there when
   * the signal comes) it leaves them to the program.
   */
  readonly signal?: AbortSignal;
}

/**
 * Shows a view on the alternate screen until it exits. Cursor, echo and the former content are restored when it exits, throws,
 * or the process ends. Resolves when all is written; rejects with the error that a part of the view has thrown.
 * @throws UpidError `usage` where one of the streams is no terminal.
 */
export async function showScreen(view: ReactNode, { stdin, stdout, signal }: Screen): Promise<void> {
  if (signal?.aborted) return;
  for (const [name, stream] of [
    ['standard input', stdin],
    ['standard output', stdout],
  ] as const) {
    if (!isTerminal(stream))
      throw new UpidError('usage', `${name} is not a terminal, so the view cannot be shown`, {
        remedy: 'use -o wide, or --interactive=false',
      });
  }
  const instance = render(view, {
    stdin,
    stdout,
    alternateScreen: true,
    incrementalRendering: true,
    // The caller has decided that this is a terminal; Ink would refuse where CI is set.
    interactive: true,
    // Ctrl-C is in the key table.
    exitOnCtrlC: false,
  });
  const close = (): void => instance.unmount();
  const stopRepainting = afterResizes(stdout, () => {
    instance.clear();
    stdout.write(WIPE);
    instance.rerender(view);
  });
  signal?.addEventListener('abort', close, { once: true });
  try {
    await instance.waitUntilExit();
  } finally {
    stopRepainting();
    signal?.removeEventListener('abort', close);
  }
}

/** The whole screen wiped, the cursor in its corner (ECMA-48 ED, CUP). */
const WIPE = '\u001b[2J\u001b[H';

/** No further change of size within this: the person has let go of the window's edge. */
const SETTLED_MS = 120;

/**
 * Calls `repaint` when a series of resizes has ended; returns what stops that. Ink draws differences to the frame it wrote last,
 * and a terminal that changes its size while a frame arrives breaks its lines elsewhere than Ink believes.
 */
function afterResizes(stdout: NodeJS.WritableStream, repaint: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const resized = (): void => {
    clearTimeout(timer);
    timer = setTimeout(repaint, SETTLED_MS);
  };
  stdout.on('resize', resized);
  return () => {
    stdout.off('resize', resized);
    clearTimeout(timer);
  };
}

function isTerminal(stream: object): boolean {
  return 'isTTY' in stream && stream.isTTY === true;
}
