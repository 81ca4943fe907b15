/** `kubectl upid audit list`: what was done to clusters from this machine. */

import { Command, Option } from 'clipanion';
import { AuditFlags } from '../flags/audit.ts';
import { present } from '../flags/present.ts';
import { isDuration } from '../flags/validators.ts';
import { AUDIT_COLUMNS, auditListing } from '../print/audit-listing.ts';
import { formatListing } from '../print/print.ts';
import { checkSortBy } from '../print/sort.ts';

export class AuditListCommand extends AuditFlags {
  static override paths = [['audit', 'list']];

  static override usage = Command.Usage({
    description: 'Show what was done to clusters: who, what, why, and how it went.',
    details: `
      Every apply, rollback and wake of this user on this machine is written down before and after each object, with the Kubernetes and the local user, the values
      before and after, and the evidence. Records are chained by digest: what was altered, removed or moved is named on standard error, and the exit code is 1
      then. No cluster is asked. -o wide adds the values.
    `,
    examples: [
      ['Everything that was done', '$0 audit list'],
      ['What was done to the simulated cluster', '$0 audit list --demo'],
      ['The last week in one namespace, with values', '$0 audit list --since 7d -n shop -o wide'],
    ],
  });

  since = Option.String('--since', {
    description: '`DURATION` up to now, such as 7d; everything when left out',
    validator: isDuration,
  });
  change = Option.String('--change', { description: '`ID` of the change that is meant, as history lists them' });
  namespace = Option.String('-n,--namespace', { description: '`NAMESPACE` of the objects; all when left out' });
  clusterId = Option.String('--cluster-id', {
    description: '`UID` of the cluster (of its namespace kube-system); all when left out',
  });
  sortBy = Option.String('--sort-by', { description: '`COLUMN` to sort by, such as object, or a JSONPath, such as .name' });

  override async execute(): Promise<number> {
    const options = { ...this.printOptions(), ...present({ sortBy: this.sortBy }) };
    checkSortBy(AUDIT_COLUMNS, options.sortBy);
    const { listAudit } = await import('../../lib/operations/audit/trail.ts');
    const filter = { sinceSeconds: this.since, change: this.change, namespace: this.namespace, cluster: this.clusterId };
    const listing = await listAudit(this.auditRequest(), present(filter));
    const { stdout, stderr } = this.context;
    if (listing.records.length === 0 && options.form.form === 'table') stderr.write('Nothing was done\n');
    else stdout.write(await formatListing(auditListing(listing), options));
    return this.tell(listing.check);
  }
}
