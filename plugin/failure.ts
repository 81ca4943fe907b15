/** The one place that turns what was thrown into text and an exit code. */

import { messageOf, UpidError } from '../lib/types/errors.ts';

export interface Failure {
  /** What to write to standard error; empty where nothing is to be said (the person has cancelled). */
  readonly text: string;
  readonly exitCode: number;
}

/** From this verbosity on, the stack is shown. */
const STACK_VERBOSITY = 6;

/** One sentence, in kubectl's form; the stack of the error, and of what caused it, from `-v=6` on. */
export function describeFailure(error: unknown, verbosity: number): Failure {
  const known = knownError(error);
  const sentence = known ? spoken(known) : bug(error, verbosity);
  const stack = verbosity >= STACK_VERBOSITY ? `${stackOf(error)}\n` : '';
  if (known?.id === 'cancelled') return { text: stack, exitCode: known.exitCode };
  return { text: `${sentence}\n${stack}`, exitCode: known?.exitCode ?? 1 };
}

function knownError(error: unknown): UpidError | undefined {
  if (error instanceof UpidError) return error;
  if (!(error instanceof Error)) return undefined;
  if (error.name === 'AbortError') return new UpidError('cancelled', 'cancelled', { cause: error });
  // Clipanion's own errors carry this mark; their first sentence is what was wrong, what follows is usage.
  if ('clipanion' in error) return new UpidError('usage', firstSentence(error.message), { cause: error });
  return undefined;
}

function spoken({ message, remedy }: UpidError): string {
  const sentence = message.startsWith('Error from server') ? message : `error: ${message}`;
  return remedy ? `${sentence}; ${remedy}` : sentence;
}

function bug(error: unknown, verbosity: number): string {
  const more = verbosity >= STACK_VERBOSITY ? '' : ', with what -v=6 adds';
  return `error: this is a bug in kubectl-upid: ${messageOf(error)}; please report it${more}`;
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error.stack ?? String(error);
  return error.cause === undefined ? own : `${own}\ncaused by ${stackOf(error.cause)}`;
}

function firstSentence(message: string): string {
  const line = (message.split('\n')[0] ?? '').replace(/^(Unknown )?(Syntax|Usage) Error: /, '').replace(/\.$/, '');
  return line.charAt(0).toLowerCase() + line.slice(1);
}
