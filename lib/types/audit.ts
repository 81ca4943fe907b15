/** The trail of what was done to a cluster: append-only, each record chained to the one before it by its digest. */

import type { ChangeAction } from './change.ts';
import type { ClusterIdentity, ObjectReference } from './workload.ts';

/** What is written down; the chain adds place, instant and digests. */
export interface AuditEntry {
  readonly action: ChangeAction;
  /** `started` and `ended` of a change as a whole; `intended`, `applied`, `verified`, `refused`, `undone`, … of one object. */
  readonly event: string;
  /** Id of the change. */
  readonly change: string;
  readonly cluster: Pick<ClusterIdentity, 'id' | 'context' | 'server'>;
  readonly by: { readonly kubernetes: string; readonly local: string };
  readonly target?: ObjectReference;
  /** What is changed: paths with the value before and after. */
  readonly values?: readonly { readonly path: string; readonly from?: unknown; readonly to?: unknown }[];
  /** Why: the recommendation's reason and the evidence of its numbers. */
  readonly reason?: string;
  readonly evidence?: readonly string[];
  /** In words, where it failed or was refused. */
  readonly outcome?: string;
}

/** Takes entries; fulfilled once they are on disk. @throws UpidError where they cannot be written: then nothing may be changed. */
export interface AuditSink {
  append(entry: AuditEntry): Promise<void>;
}
