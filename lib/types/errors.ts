/**
 * The family of errors a user can meet. Anything else that is thrown is a bug and says so.
 * Turned into one sentence and an exit code at a single place, `plugin/main.ts`.
 */

/** Stable identifiers; each has a section in docs/errors.md. */
export type ErrorId =
  | 'usage'
  | 'kubeconfig-missing'
  | 'kubeconfig-invalid'
  | 'context-missing'
  | 'credential-plugin'
  | 'cluster-unreachable'
  | 'cluster-timeout'
  | 'cluster-certificate'
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'api-missing'
  | 'server-error'
  | 'prometheus'
  | 'history-corrupt'
  | 'history-missing'
  | 'history-unwritable'
  | 'not-enough-data'
  | 'unpacking'
  | 'completion-install'
  | 'input-invalid'
  | 'query-invalid'
  | 'output-unwritable'
  | 'journal-unwritable'
  | 'journal-unreadable'
  | 'change-running'
  | 'change-refused'
  | 'change-incomplete'
  | 'change-missing'
  | 'cancelled';

/**
 * A failure the user can understand and mend. `message` is one lower-case sentence without a full stop that says what
 * failed and on what; `remedy` says what to do next.
 */
export class UpidError extends Error {
  readonly id: ErrorId;
  readonly remedy: string | undefined;

  constructor(id: ErrorId, message: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'UpidError';
    this.id = id;
    this.remedy = options.remedy;
  }

  /** 2 for a mistake in the command line, 130 after Ctrl-C, 1 for every other failure. */
  get exitCode(): number {
    if (this.id === 'usage') return 2;
    return this.id === 'cancelled' ? 130 : 1;
  }
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
