/** `kubectl upid data prune`: remove what is older than the retention. */

import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import { Command, Option } from 'clipanion';
import type { PruneRequest } from '../../lib/operations/data/keep.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { DataFlags } from '../flags/data.ts';
import { present } from '../flags/present.ts';
import { isRetention } from '../flags/retention.ts';
import { housekeepingListing, housekeepingNotes } from '../print/history-listing.ts';

export class DataPruneCommand extends DataFlags {
  static override paths = [['data', 'prune']];

  static override usage = Command.Usage({
    description: 'Remove what is older than the retention from the history.',
    details: `
      Raw rows are kept for 7 days and their hourly roll-ups for 90, unless --retention says otherwise for this run. Days that are over are rolled up
      first, and raw rows go only when their roll-up is there. What a clock that jumped would make old stays. It asks before it removes, unless --yes.
    `,
    examples: [
      ['What would go', '$0 data prune --dry-run'],
      ['Keep three days of raw rows and a month of hours', '$0 data prune --retention raw=3d,hourly=30d --yes'],
    ],
  });

  retention = Option.String('--retention', {
    description: '`raw=DAYS,hourly=DAYS` that are kept (default raw=7d,hourly=90d)',
    validator: isRetention,
  });
  dryRun = Option.Boolean('--dry-run', false, { description: 'Only tell what would be removed' });
  yes = Option.Boolean('-y,--yes', false, { description: 'Do not ask' });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { pruneHistory } = await import('../../lib/operations/data/keep.ts');
    const request: PruneRequest = { ...this.dataRequest(), ...present({ retention: this.retention }), dryRun: this.dryRun };
    if (!this.dryRun && !this.yes && !(await this.agreed(await pruneHistory({ ...request, dryRun: true })))) return 1;
    const done = await pruneHistory(request);
    await this.print(housekeepingListing(done), false, housekeepingNotes(done), options);
    this.warn(done.problems);
    return 0;
  }

  /** @throws UpidError `usage` where nobody can be asked */
  private async agreed({ parts, folder }: { readonly parts: number; readonly folder: string }): Promise<boolean> {
    const { stdin, stderr, terminal, signal } = this.context;
    if (!terminal.stdin)
      throw new UpidError('usage', 'nobody can be asked whether to remove, as standard input is no terminal', {
        remedy: 'add --yes, or --dry-run to see what would go',
      });
    const asking = createInterface({ input: stdin as Readable, output: stderr as Writable });
    try {
      const answer = await asking.question(`Remove ${parts} parts from ${folder}? [y/N] `, { signal });
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      asking.close();
    }
  }
}
