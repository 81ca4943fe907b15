/** `kubectl upid audit export`: the audit trail as a file that others can verify. */

import { Command, Option } from 'clipanion';
import { UpidError } from '../../lib/types/errors.ts';
import { AuditFlags } from '../flags/audit.ts';
import { auditExportListing } from '../print/audit-listing.ts';
import { formatListing } from '../print/print.ts';

export class AuditExportCommand extends AuditFlags {
  static override paths = [['audit', 'export']];

  static override usage = Command.Usage({
    description: 'Write the audit trail as lines of JSON.',
    details: `
      Each record is written as it stands in the trail, with its digests, so that whoever gets the file can check it by audit verify -f. The file has its name only when it
      is whole, and one that is there is replaced only with --force. A trail that is not as it was written is exported all the same, with exit code 1. Other forms of
      the same records: audit list -o csv.
    `,
    examples: [
      ['For an archive', '$0 audit export --to trail.jsonl --force'],
      ['What was done to the simulated cluster, for a pipe', '$0 audit export --demo --to -'],
    ],
  });

  to = Option.String('--to', { description: '`FILE` to write; - for standard output', required: true });
  force = Option.Boolean('--force', false, { description: 'Replace a file of that name' });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { stdout } = this.context;
    if (this.to === '-' && this.output !== undefined)
      throw new UpidError('usage', 'records and a report of them cannot both go to standard output', {
        remedy: 'leave --output out, or name a file by --to',
      });
    const { auditLines, exportAudit, listAudit } = await import('../../lib/operations/audit/trail.ts');
    if (this.to === '-') {
      const { records, check } = await listAudit(this.auditRequest(), {});
      if (records.length === 0) this.context.stderr.write('Nothing was done\n');
      stdout.write(auditLines(records));
      return this.tell(check);
    }
    const exported = await exportAudit(this.auditRequest(), { file: this.to, force: this.force });
    stdout.write(await formatListing(auditExportListing(exported), options));
    return this.tell(exported.check);
  }
}
