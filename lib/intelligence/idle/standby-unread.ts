/** Quiet workloads that may be standbys: the objects that would tell could not be read. */

import type { MissingEvidence } from '../../types/idle.ts';
import type { Workload } from '../../types/workload.ts';
import type { IdleContext, Signals } from './signals.ts';
import { isSlotOf, QUORUM_MEMBERS } from './standby.ts';

interface Unread {
  /** Source of the list. */
  readonly source: string;
  /** The right to read it, as it is granted. */
  readonly right: string;
  readonly kind: string;
  /** Whether this workload may be of that kind. */
  readonly concerns: (workload: Workload, pods: number, all: readonly Workload[]) => boolean;
}

const LISTS: readonly Unread[] = [
  { source: 'leases', right: 'list leases.coordination.k8s.io', kind: 'the standby of a leader election', concerns: () => true },
  {
    source: 'poddisruptionbudgets',
    right: 'list poddisruptionbudgets.policy',
    kind: 'a member of a quorum',
    concerns: ({ ref }, pods) => ref.kind === 'StatefulSet' && pods >= QUORUM_MEMBERS,
  },
  {
    source: 'services',
    right: 'list services',
    kind: 'the spare of a release',
    concerns: (workload, _, all) =>
      all.some((other) => other.ref.namespace === workload.ref.namespace && isSlotOf(workload, other)),
  },
];

/** Evidence without which a workload that looks idle may be a standby. */
export function unreadStandby({ workload, pods }: Signals, { unread, workloads }: IdleContext): readonly MissingEvidence[] {
  return LISTS.filter(({ source, concerns }) => unread.includes(source) && concerns(workload, pods.length, workloads)).map(
    ({ source, right, kind }) => ({
      what: `life: it may be ${kind}, which only the ${source} tell, and they could not be read`,
      remedy: `grant the right to ${right}`,
    }),
  );
}
