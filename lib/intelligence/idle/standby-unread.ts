/** Quiet workloads that may be standbys: the objects that would tell could not be read. */

import type { MissingEvidence } from '../../types/idle.ts';
import type { Pod, Workload } from '../../types/workload.ts';
import type { IdleContext, Signals } from './signals.ts';
import { isSlotOf, QUORUM_MEMBERS } from './standby.ts';

interface Unread {
  /** Source of the list. */
  readonly source: string;
  /** The right to read it, as it is granted. */
  readonly right: string;
  readonly kind: string;
  /** Whether this workload may be of that kind. */
  readonly concerns: (workload: Workload, pods: readonly Pod[], all: readonly Workload[]) => boolean;
}

const LISTS: readonly Unread[] = [
  {
    source: 'leases',
    right: 'list leases.coordination.k8s.io',
    kind: 'the standby of a leader election',
    concerns: (_, pods) => pods.some(mayElect),
  },
  {
    source: 'poddisruptionbudgets',
    right: 'list poddisruptionbudgets.policy',
    kind: 'a member of a quorum',
    concerns: ({ ref }, pods) => ref.kind === 'StatefulSet' && pods.length >= QUORUM_MEMBERS,
  },
  {
    source: 'services',
    right: 'list services',
    kind: 'the spare of a release',
    concerns: (workload, _, all) =>
      all.some((other) => other.ref.namespace === workload.ref.namespace && isSlotOf(workload, other)),
  },
];

/** Which every namespace has. */
const SHARED_ACCOUNT = 'default';

/**
 * Whether a pod may take part in a leader election. Leases are held through the API server, which lets only those write
 * them whose service account was granted the right, and who mount its token. The right is granted to an account made for
 * the workload, which Kubernetes' documentation on RBAC calls best practice: what `default` is granted, all pods of the
 * namespace may do. The kubelet's own pods have no account but bring credentials in files, as kube-controller-manager
 * does, which elects.
 */
function mayElect({ serviceAccountName, mountsServiceAccountToken }: Pod): boolean {
  return serviceAccountName === '' || (serviceAccountName !== SHARED_ACCOUNT && mountsServiceAccountToken);
}

/** Evidence without which a workload that looks idle may be a standby. */
export function unreadStandby({ workload, pods }: Signals, { unread, workloads }: IdleContext): readonly MissingEvidence[] {
  return LISTS.filter(({ source, concerns }) => unread.includes(source) && concerns(workload, pods, workloads)).map(
    ({ source, right, kind }) => ({
      what: `life: it may be ${kind}, which only the ${source} tell, and they could not be read`,
      remedy: `grant the right to ${right}`,
    }),
  );
}
