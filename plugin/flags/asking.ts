/** Flags of commands that ask a cluster about itself rather than about workloads: where, in which form, or the simulated one. */

import { Option } from 'clipanion';
import type { Listing } from '../print/listing.ts';
import { SIMULATED_END, SIMULATED_NOTE } from '../print/notes.ts';
import { formatListing, type PrintOptions } from '../print/print.ts';
import { ConnectionFlags } from './connection.ts';
import { noHeadersOption, outputFormOf, outputOption } from './output-form.ts';

export abstract class AskingFlags extends ConnectionFlags {
  demo = Option.Boolean('--demo', false, {
    description: 'Ask the simulated cluster inside the program: no kubeconfig, no network',
  });
  output = outputOption();
  noHeaders = noHeadersOption();

  /** @throws UpidError `usage` for a form that cannot be read. */
  protected printOptions(): PrintOptions {
    return { form: outputFormOf(this.output), headers: !this.noHeaders };
  }

  /** Data to standard output; notes about it to standard error where a person reads. */
  protected async print<T>(
    listing: Listing<T>,
    simulated: boolean,
    notes: readonly string[],
    options: PrintOptions,
  ): Promise<void> {
    const { stdout, stderr } = this.context;
    const text = await formatListing(listing, options);
    if (simulated) stderr.write(`${SIMULATED_NOTE}\n`);
    stdout.write(text);
    if (options.form.form !== 'table') return;
    for (const note of [...notes, ...(simulated ? [SIMULATED_END] : [])]) stderr.write(`${note}\n`);
  }
}
