/** `kubectl upid data import`: rows of a file into the history. */

import { Command, Option } from 'clipanion';
import { DataFlags } from '../flags/data.ts';
import { importListing, importNotes } from '../print/exchange-listing.ts';

export class DataImportCommand extends DataFlags {
  static override paths = [['data', 'import']];

  static override usage = Command.Usage({
    description: 'Add the rows of a Parquet or CSV file to the history.',
    details: `
      The file has the columns of samples, in any order: an export, or what pandas has written. observed_at, namespace, workload_kind, workload_name, pod and
      container must be there; the others may be missing, or empty. An instant without a zone is UTC. The whole file is judged first: where a row cannot be
      taken, it is named and nothing is added. Rows that are there already (same instant, namespace, pod, container and source) are not added
      again. Figures are kept to half a per cent, as all figures of a history.
    `,
    examples: [
      ['Samples of another machine, for the cluster of the context', '$0 data import samples.csv'],
      ['Into a folder and for a cluster that is named', '$0 data import samples.csv --history ./history --cluster-id UID'],
    ],
  });

  file = Option.String({ name: 'FILE' });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { importHistory } = await import('../../lib/operations/data/import.ts');
    const imported = await importHistory({ ...this.dataRequest(), file: this.file });
    await this.print(importListing(imported), false, importNotes(imported), options);
    return 0;
  }
}
