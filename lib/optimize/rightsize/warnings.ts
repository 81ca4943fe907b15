/** What could go wrong, or is to be expected, when the changes are carried out. */

import { formatCores } from '../../types/quantity.ts';
import type { Workload } from '../../types/workload.ts';
import { isCustomKind } from '../owner.ts';
import { amountOf, nameOf, RESOURCES } from '../resource.ts';
import type { Held } from './bounds.ts';
import { highest } from './history.ts';
import type { Case, ResourceProposal } from './proposal.ts';

export function rolloutWarnings(workload: Workload, replicas: number): readonly string[] {
  const { ref, updateStrategy, mountsPersistentVolume } = workload;
  if (isCustomKind(workload)) return [`${ref.kind} is a custom kind: its controller decides how the change reaches the pods`];
  if (updateStrategy === 'OnDelete') return ['update strategy OnDelete: pods keep the old values until they are deleted'];
  if (updateStrategy === 'Recreate') return ['strategy Recreate: all pods stop before new ones start'];
  switch (ref.kind) {
    case 'CronJob':
      return ['holds from the next run on'];
    case 'ReplicaSet':
      return ['pods keep the old values until they are replaced: a ReplicaSet restarts none'];
    case 'DaemonSet':
      return ['its pods restart node by node'];
    case 'StatefulSet':
      return [replicas === 1 ? 'one replica: it is away while it restarts' : 'its pods restart one after the other'];
    default:
      return [
        replicas === 1
          ? `one replica: it is replaced${hasReadiness(workload) ? '' : ', and without a readiness probe requests may fail meanwhile'}`
          : 'its pods are replaced, a few at a time',
        ...(mountsPersistentVolume ? ['a new pod may have to wait for the volume that the old one holds'] : []),
      ];
  }
}

function hasReadiness({ containers }: Workload): boolean {
  return containers.some(({ probes }) => probes.some(({ type }) => type === 'readiness'));
}

export function containerWarnings(subject: Case, proposals: readonly ResourceProposal[]): readonly string[] {
  const cpu = proposals.find(({ resource }) => resource === 'cpu');
  const memory = proposals.find(({ resource }) => resource === 'memory');
  const lowered = cpu?.current !== undefined && cpu.proposed < cpu.current ? cpu : undefined;
  return [
    ...(lowered ? [...peakWarning(subject, lowered), ...wholeCoresWarning(subject, lowered)] : []),
    ...(memory ? heapWarning(subject) : []),
  ];
}

/** A peak that is this many times the request is seldom, as a start or a weekly batch is, and the percentile does not hold it. */
const SELDOM_FACTOR = 3;

function peakWarning({ spec, sizing }: Case, { proposed }: ResourceProposal): readonly string[] {
  const peak = highest(sizing.usages, 'cpuPeakCores')?.value ?? 0;
  if (peak <= SELDOM_FACTOR * proposed) return [];
  const probe = ['startup', 'liveness'].find((type) => spec.probes.some((each) => each.type === type));
  const impatient = probe === undefined ? '' : `, and its ${probe} probe may not wait`;
  return [`${spec.name} has at times taken ${formatCores(peak)} CPU; on a full node such a peak takes longer${impatient}`];
}

function wholeCoresWarning({ spec, guaranteed, held }: Case, { proposed }: ResourceProposal): readonly string[] {
  const limit = held.limits.cpuCores ?? 0;
  const mayBePinned = guaranteed && limit >= 1 && Number.isInteger(limit) && !Number.isInteger(proposed);
  return mayBePinned ? [`${spec.name} may have whole cores of its own now (CPU manager policy static), and gives them up`] : [];
}

function heapWarning({ spec }: Case): readonly string[] {
  return spec.heapFlag === undefined
    ? []
    : [`${spec.name} keeps a heap of its own (${spec.heapFlag}): check its size against the new memory`];
}

/** What an init container asks for may be more than all others together; then their requests free nothing. */
export function initWarnings(containers: readonly (Held & { readonly name: string })[]): readonly string[] {
  return RESOURCES.flatMap((resource) => {
    const amount = ({ requests }: Held): number => amountOf(requests, resource) ?? 0;
    const together = containers.filter(({ role }) => role !== 'init').reduce((sum, each) => sum + amount(each), 0);
    const largest = containers.filter(({ role }) => role === 'init').toSorted((a, b) => amount(b) - amount(a))[0];
    return largest && amount(largest) > together
      ? [
          `init container ${largest.name} asks for more ${nameOf(resource)} than the others together, so that the pod goes on holding that`,
        ]
      : [];
  });
}
