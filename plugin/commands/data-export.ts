/** `kubectl upid data export`: a table of the history as a file for pandas, Spark or DuckDB. */

import { Command, Option } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import { VIEW_NAMES } from '../../lib/types/history.ts';
import { DataFlags } from '../flags/data.ts';
import { isExportTarget } from '../flags/export.ts';
import { present } from '../flags/present.ts';
import { isDuration, isOneOf } from '../flags/validators.ts';
import { exportListing } from '../print/exchange-listing.ts';
import { SIMULATED_NOTE } from '../print/notes.ts';

export class DataExportCommand extends DataFlags {
  static override paths = [['data', 'export']];

  static override usage = Command.Usage({
    description: 'Write a table of the history as Parquet or CSV.',
    details: `
      The end of the file's name tells the form: .parquet, .csv or .csv.gz; - is CSV on standard output. pandas, Spark and DuckDB read both as
      they are. Instants are UTC: marked as such in Parquet, ISO 8601 in CSV. data query --views lists the columns with their units. The file has its name only
      when it is whole, and one that is there is replaced only with --force. Rows of all namespaces are written unless --namespace names one.
    `,
    examples: [
      [
        'Sums over the simulated cluster, as a file for pandas',
        '$0 data export --demo --table cluster_metrics --to cluster.parquet --force',
      ],
      ['The last day of the simulated cluster, for a pipe', '$0 data export --demo --since 24h -n shop --to -'],
      ['What was recorded of pods in a week', '$0 data export --table pods --since 7d --to pods.csv.gz --force'],
    ],
  });

  override namespace = Option.String('-n,--namespace', { description: '`NAMESPACE` whose rows are written; all when left out' });
  to = Option.String('--to', {
    description: '`FILE` to write: .parquet, .csv or .csv.gz; - for CSV on standard output',
    validator: isExportTarget,
    required: true,
  });
  table = Option.String('--table', 'samples', {
    description: `\`TABLE\` to write: ${VIEW_NAMES.join(', ')} (default samples)`,
    validator: isOneOf(...VIEW_NAMES),
  });
  since = Option.String('--since', {
    description: '`DURATION` up to now whose rows are written, such as 7d; all when left out',
    validator: isDuration,
  });
  force = Option.Boolean('--force', false, { description: 'Replace a file of that name' });

  override async execute(): Promise<number> {
    const { stdout, stderr } = this.context;
    const options = this.printOptions();
    const { to, table, force } = this;
    const asText = to.file === '-';
    if (asText && this.output !== undefined)
      throw new UpidError('usage', 'rows and a report of them cannot both go to standard output', {
        remedy: 'leave --output out, or name a file by --to',
      });
    const { exportHistory } = await import('../../lib/operations/data/export.ts');
    const exported = await exportHistory({
      ...this.dataRequest(),
      ...to,
      table,
      force,
      ...present({ sinceSeconds: this.since, namespace: this.namespace }),
      stdout,
    });
    if (!asText) await this.print(exportListing(exported), this.demo, [], options);
    else if (this.demo) stderr.write(`${SIMULATED_NOTE}\n`);
    this.warn(exported.problems);
    return 0;
  }
}
