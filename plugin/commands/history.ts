/** `kubectl upid history`: what was changed from this machine, and how it stands. */

import { Command, Option } from 'clipanion';
import program from '../../package.json' with { type: 'json' };
import { AskingFlags } from '../flags/asking.ts';
import { historyNotes, stepListing, trackedListing } from '../print/tracked-listing.ts';

export class HistoryCommand extends AskingFlags {
  static override paths = [['history']];

  static override usage = Command.Usage({
    description: 'Show what was changed from this machine, and how each object stands.',
    details: `
      Without an argument a line for each change; with the id of one, a line for each object with the values before and after. Where a process was killed
      in the middle, the objects in question are looked at, so that what is shown is how they are.
    `,
    examples: [
      ['All changes of the simulated cluster', '$0 history --demo'],
      ['One change in full', '$0 history 20261125T114502Z-3f9a'],
      ['For a script', '$0 history -o json'],
    ],
  });

  change = Option.String({ name: 'CHANGE', required: false });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { changeHistory } = await import('../../lib/operations/change/history.ts');
    const changes = await changeHistory({
      connection: this.connection(),
      demo: this.demo,
      runtime: this.context.runtime(this.verbosity ?? 0),
      signal: this.context.signal,
      progress: () => undefined,
      version: program.version,
      change: this.change,
    });
    const [only] = changes;
    if (this.change === undefined || only === undefined || options.form.form !== 'table') {
      if (changes.length === 0 && options.form.form === 'table') {
        this.context.stderr.write('Nothing was changed from this machine\n');
        return 0;
      }
      await this.print(trackedListing(changes), this.demo, [], options);
    } else await this.print(stepListing(only), this.demo, historyNotes(only, this.context.programName, this.demo), options);
    return 0;
  }
}
