/** `kubectl upid audit verify`: whether the audit trail is as it was written. */

import { Command, Option } from 'clipanion';
import { AuditFlags } from '../flags/audit.ts';
import { present } from '../flags/present.ts';
import { readAs } from '../flags/validators.ts';
import { checkListing, checkNotes } from '../print/audit-listing.ts';
import { formatListing } from '../print/print.ts';

const isDigest = readAs((text) => (/^[0-9a-f]{64}$/.test(text) ? text : undefined), 'a digest of 64 hexadecimal digits');

export class AuditVerifyCommand extends AuditFlags {
  static override paths = [['audit', 'verify']];

  static override usage = Command.Usage({
    description: 'Check that the audit trail is as it was written.',
    details: `
      Each record holds a digest of itself and of the record before it: a line that was altered, removed or moved is named, and the exit code is 1. Whoever can write the
      whole folder can write a trail anew; --head with a digest that was noted elsewhere shows that too. The end of a copy (--filename) cannot be judged, unless
      by --head.
    `,
    examples: [
      ['Your own trail', '$0 audit verify'],
      ['The trail of the simulated cluster, for a script', '$0 audit verify --demo -o json'],
      ['A trail that somebody handed over', '$0 audit verify -f trail.jsonl'],
    ],
  });

  filename = Option.String('-f,--filename', { description: '`FILE` that audit export wrote; your own trail when left out' });
  head = Option.String('--head', { description: '`DIGEST` of a record that must be there', validator: isDigest });

  override async execute(): Promise<number> {
    const options = this.printOptions();
    const { verifyAudit } = await import('../../lib/operations/audit/trail.ts');
    const check = await verifyAudit(this.auditRequest(), present({ file: this.filename, head: this.head }));
    const { stdout } = this.context;
    if (options.form.form !== 'table') stdout.write(await formatListing(checkListing(check), options));
    else for (const note of checkNotes(check)) stdout.write(`${note}\n`);
    return this.tell(check);
  }
}
