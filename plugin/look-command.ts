/** A command that looks at a cluster: all its flags, and how it asks with progress and prints. */

import type { LookRequest } from '../lib/operations/request.ts';
import { defaultIdleSettings } from '../lib/operations/settings.ts';
import { UpidError } from '../lib/types/errors.ts';
import type { IdleSettings } from '../lib/types/idle.ts';
import type { Provenance } from '../lib/types/result.ts';
import { OutputFlags } from './flags/output.ts';
import type { Listing } from './print/listing.ts';
import { provenanceNotes, SIMULATED_END } from './print/notes.ts';
import { formatListing, type PrintOptions } from './print/print.ts';
import { progressLine } from './progress.ts';

export abstract class LookCommand extends OutputFlags {
  /** @throws UpidError `usage` for values that cannot be read or combined. */
  protected request(): Omit<LookRequest, 'progress'> {
    return {
      connection: this.connection(),
      demo: this.demo,
      demoHistory: this.context.demoHistory,
      scope: this.scope(),
      prometheus: this.prometheusOptions(),
      history: this.historyFolder(),
      settings: this.settings(),
      runtime: this.context.runtime(this.verbosity ?? 0),
      signal: this.context.signal,
    };
  }

  /** The rule's defaults, where a command has no flags for it. @throws UpidError `usage` for values that cannot be read. */
  protected settings(): IdleSettings {
    const base = defaultIdleSettings(this.context.timeZone);
    return { ...base, sidecars: this.sidecars ?? base.sidecars };
  }

  /** Runs an operation with its progress on standard error. */
  protected async ask<T>(request: Omit<LookRequest, 'progress'>, operation: (request: LookRequest) => Promise<T>): Promise<T> {
    const { stderr, terminal } = this.context;
    const line = progressLine(stderr, terminal.stderr, request.runtime.elapsed);
    const warn = (text: string): void => {
      line.clear();
      request.runtime.warn(text);
    };
    try {
      return await operation({ ...request, runtime: { ...request.runtime, warn }, progress: line.report });
    } finally {
      line.clear();
    }
  }

  /** What a full-screen view is shown with. */
  protected viewOptions({ cluster, observedAtMs }: Provenance) {
    const { stdin, stdout, signal, terminal, runtime } = this.context;
    // The simulated cluster stands still, so that its data does not age.
    const now = cluster.simulated ? () => observedAtMs : runtime(0).now;
    return { stdin, stdout, signal, now, color: terminal.color, ascii: terminal.ascii };
  }

  /** After what was found has been shown. @throws UpidError `not-found` for the first name that was asked for and is not there. */
  protected requireAll({ notFound: [missing], namespace }: Provenance): void {
    if (!missing) return;
    const where = namespace === '' ? 'any namespace' : `${namespace} namespace`;
    throw new UpidError('not-found', `no ${missing.kind.toLowerCase()} "${missing.name}" was found in ${where}`, {
      remedy: 'check type, name and namespace',
    });
  }

  /** Data to standard output; notes about it to standard error, first what the reader must know before the data. */
  protected async print<T>(
    listing: Listing<T>,
    result: Provenance,
    notes: readonly string[],
    options: PrintOptions,
  ): Promise<void> {
    // A machine reads counts and causes in the data; a person reads them beside it.
    await this.printText(await formatListing(listing, options), result, options.form.form === 'table' ? notes : undefined);
  }

  /** As `print`; without notes where a machine reads the text. */
  protected async printText(text: string, result: Provenance, notes: readonly string[] | undefined): Promise<void> {
    const { stdout, stderr } = this.context;
    const say = (lines: readonly string[]): void => void (lines.length > 0 && stderr.write(`${lines.join('\n')}\n`));
    say(await provenanceNotes(result, this.verbosity ?? 0));
    stdout.write(text);
    if (notes) say([...notes, ...(result.cluster.simulated ? [SIMULATED_END] : [])]);
  }
}
