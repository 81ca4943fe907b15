/** `kubectl upid data compact`: make few large parts of many small ones. */

import { Command } from 'clipanion';
import { DataFlags } from '../flags/data.ts';
import { housekeepingListing } from '../print/history-listing.ts';

export class DataCompactCommand extends DataFlags {
  static override paths = [['data', 'compact']];

  static override usage = Command.Usage({
    description: 'Merge the small parts of the history into large ones.',
    details: `
      Days that are over are rolled up into hours, and the parts of each table and day become one. What is recorded meanwhile by others, or read by
      them, is not disturbed, and no row is lost. The same is done bit by bit whenever something is recorded.
    `,
    examples: [
      ['Compact the history of the current cluster', '$0 data compact'],
      ['Compact that of another one, without asking it', '$0 data compact --cluster-id 3f1e8a52-6d0b-4c57-9c41-0a8b7d2f9e10'],
    ],
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { compactHistory } = await import('../../lib/operations/data/keep.ts');
    const done = await compactHistory(this.dataRequest());
    await this.print(housekeepingListing(done), false, [], options);
    this.warn(done.problems);
    return 0;
  }
}
