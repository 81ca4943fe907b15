/** The progress of a running operation as one line on standard error, wiped when it ends; nothing where that is no terminal. */

import type { ReportProgress } from '../lib/types/source.ts';

export interface ProgressLine {
  readonly report: ReportProgress;
  readonly clear: () => void;
}

/** Back to the first column, and the line wiped (ECMA-48 EL). */
const WIPE = '\r\u001b[K';
/** Between two drawings, so that thousands of steps cost nothing. */
const INTERVAL_MS = 50;

export function progressLine(stream: NodeJS.WritableStream, terminal: boolean, elapsed: () => number): ProgressLine {
  let drawnAt: number | undefined;
  return {
    report: ({ step, done, of }) => {
      const now = elapsed();
      if (!terminal || (drawnAt !== undefined && now - drawnAt < INTERVAL_MS && done !== of)) return;
      drawnAt = now;
      stream.write(`${WIPE}${fit(`${step}${count(done, of)}`, stream)}`);
    },
    clear: () => {
      if (drawnAt !== undefined) stream.write(WIPE);
      drawnAt = undefined;
    },
  };
}

function count(done: number | undefined, of: number | undefined): string {
  if (done === undefined) return '';
  return of === undefined ? ` ${done}` : ` ${done}/${of}`;
}

/** A line that wraps could not be wiped. */
function fit(text: string, stream: NodeJS.WritableStream): string {
  const columns = 'columns' in stream && typeof stream.columns === 'number' ? stream.columns : 80;
  return text.slice(0, Math.max(0, columns - 1));
}
