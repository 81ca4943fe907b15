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

/** An entry in its place. */
export interface AuditRecord {
  /** From 1, without a gap. */
  readonly sequence: number;
  readonly atMs: number;
  readonly entry: AuditEntry;
  /** Digest of the record before; of the first one 64 zeros. */
  readonly previous: string;
  /** SHA-256, as hex, of sequence, instant, entry and `previous`. */
  readonly digest: string;
}

/** What is wrong with a trail, at one place. */
export interface AuditProblem {
  /** Line of the file, from 1; absent where what is wrong is that lines at the end are gone. */
  readonly line?: number;
  readonly problem: 'altered' | 'removed' | 'reordered' | 'repeated' | 'unreadable' | 'removed at the end' | 'rewritten';
  readonly detail: string;
}

/** Whether a trail is as it was written. */
export interface AuditCheck {
  readonly file: string;
  readonly records: number;
  readonly fromMs?: number;
  readonly toMs?: number;
  /** Digest of the last record: noted elsewhere, it shows later that nothing before it was changed. */
  readonly head?: string;
  readonly problems: readonly AuditProblem[];
  /** Lines that a crash has cut off while they were written: they never counted. */
  readonly cutOff: readonly number[];
}
