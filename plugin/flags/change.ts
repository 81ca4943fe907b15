/** Flags of commands that change a cluster: how carefully, and whether somebody agrees. */

import { createInterface } from 'node:readline/promises';
import { Option } from 'clipanion';
import type { CarryingOptions, ChangeResult } from '../../lib/operations/change/result.ts';
import type { ChangeRequest } from '../../lib/operations/change/session.ts';
import { UpidError } from '../../lib/types/errors.ts';
import program from '../../package.json' with { type: 'json' };
import { changedListing, emittedTexts, resultNotes, unfinished } from '../print/changed-listing.ts';
import { SIMULATED_END, SIMULATED_NOTE } from '../print/notes.ts';
import { formatListing } from '../print/print.ts';
import { progressLine } from '../progress.ts';
import { AskingFlags } from './asking.ts';
import { isDuration, isOneOf, isTimeout } from './validators.ts';

/** As long as a Deployment's own deadline is by half. */
const TIMEOUT_SECONDS = 300;
/** A container that its memory does not suffice for mostly shows it within so long. */
const SETTLE_SECONDS = 10;

export abstract class ChangeFlags extends AskingFlags {
  dryRun = Option.String('--dry-run', 'none', {
    description:
      '`MODE`: server asks the API server about each patch, client only looks at the objects, none changes them (default none)',
    validator: isOneOf('none', 'client', 'server'),
  });
  yes = Option.Boolean('-y,--yes', false, { description: 'Do not ask before the first write' });
  force = Option.Boolean('--force', false, {
    description: 'Also what is refused or left alone for its risk or for changes of others',
  });
  atomic = Option.Boolean('--atomic', false, {
    description: 'All or nothing: what is done is taken back where one object fails',
  });
  timeout = Option.String('--timeout', {
    description: '`DURATION` in which the pods of an object must be ready, else it is taken back (default 5m)',
    validator: isDuration,
  });
  settle = Option.String('--settle', {
    description: '`DURATION` that pods must stay ready before a change counts as good (default 10s)',
    validator: isTimeout,
  });

  private carryingOptions(): CarryingOptions {
    return {
      dryRun: this.dryRun,
      atomic: this.atomic,
      force: this.force,
      timeoutSeconds: this.timeout ?? TIMEOUT_SECONDS,
      // Pods of the simulated cluster stay as they are.
      settleSeconds: this.settle ?? (this.demo ? 0 : SETTLE_SECONDS),
      confirm: (lines) => this.confirm(lines),
    };
  }

  /** @throws UpidError usage where nobody can be asked */
  private requireConsent(): void {
    if (this.dryRun !== 'none' || this.yes || (this.context.terminal.stdin && this.context.terminal.stderr)) return;
    throw new UpidError('usage', 'nobody can be asked before the cluster is changed, as this is no terminal', {
      remedy: 'agree beforehand by --yes, or look first by --dry-run=server',
    });
  }

  /** Runs an operation with its progress on standard error. */
  protected async carryOut(work: (request: ChangeRequest & CarryingOptions) => Promise<ChangeResult>): Promise<number> {
    const options = this.printOptions();
    this.requireConsent();
    const { stderr, stdout, terminal, signal } = this.context;
    const connection = this.connection();
    const runtime = this.context.runtime(this.verbosity ?? 0);
    const line = progressLine(stderr, terminal.stderr, runtime.elapsed);
    const warn = (text: string): void => {
      line.clear();
      runtime.warn(text);
    };
    if (this.demo) stderr.write(`${SIMULATED_NOTE}\n`);
    const result = await work({
      connection,
      demo: this.demo,
      runtime: { ...runtime, warn },
      signal,
      progress: line.report,
      version: program.version,
      ...this.carryingOptions(),
    }).finally(line.clear);
    stdout.write(await formatListing(changedListing(result), options));
    if (options.form.form === 'table') {
      for (const text of emittedTexts(result)) stdout.write(text);
      for (const note of [...resultNotes(result, this.context.programName, this.demo), ...(this.demo ? [SIMULATED_END] : [])])
        stderr.write(`${note}\n`);
    }
    const failure = unfinished(result);
    if (failure !== undefined && !signal.aborted) throw failure;
    return 0;
  }

  private async confirm(lines: readonly string[]): Promise<boolean> {
    if (this.yes) return true;
    const { stdin, stderr, signal } = this.context;
    for (const line of lines) stderr.write(`${line}\n`);
    const asking = createInterface({ input: stdin as NodeJS.ReadableStream, output: stderr as NodeJS.WritableStream });
    try {
      return /^y(es)?$/i.test((await asking.question('Change the cluster so? [y/N] ', { signal })).trim());
    } finally {
      asking.close();
    }
  }
}
