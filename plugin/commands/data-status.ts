/** `kubectl upid data status`: what lies in the own history. */

import { Command } from 'clipanion';
import { DataFlags } from '../flags/data.ts';
import { statusListing, statusNotes } from '../print/history-listing.ts';

export class DataStatusCommand extends DataFlags {
  static override paths = [['data', 'status']];

  static override usage = Command.Usage({
    description: 'Show what lies in the history: tables, rows, sizes, periods.',
    details: `
      Every cluster that was looked at has a history of its own, named by the UID of its namespace kube-system. All of them are listed, or the one of
      --cluster-id. No cluster is asked. Parts that cannot be read are named and left out. -o wide adds the versions of the schema.
    `,
    examples: [
      ['All histories', '$0 data status'],
      ['What ships with the program', '$0 data status --demo'],
      ['Bytes by table, for a script', '$0 data status -o jsonpath=\'{range .items[*]}{.table}{" "}{.bytes}{"\\n"}{end}\''],
    ],
  });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { statusOfHistory } = await import('../../lib/operations/data/status.ts');
    const status = await statusOfHistory(this.dataRequest());
    await this.print(statusListing(status), this.demo, statusNotes(status), options);
    this.warn(status.clusters.flatMap(({ problems }) => problems));
    return 0;
  }
}
