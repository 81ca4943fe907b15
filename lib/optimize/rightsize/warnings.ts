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

/** A start that takes more than the new request may take longer on a full node, and a probe may not wait. */
export function containerWarnings(subject: Case, proposals: readonly ResourceProposal[]): readonly string[] {
  const { spec, sizing, guaranteed, held } = subject;
  const cpu = proposals.find(({ resource }) => resource === 'cpu');
  const memory = proposals.find(({ resource }) => resource === 'memory');
  const peak = highest(sizing.usages, 'cpuPeakCores')?.value ?? 0;
  const impatient = spec.probes.some(({ type }) => type === 'startup' || type === 'liveness');
  const lowered = cpu?.current !== undefined && cpu.proposed < cpu.current;
  const limit = held.limits.cpuCores ?? 0;
  return [
    ...(lowered && impatient && peak > STARTUP_FACTOR * cpu.proposed
      ? [
          `${spec.name} has taken up to ${formatCores(peak)} CPU at times; on a full node its start may outlast its ${spec.probes.some(({ type }) => type === 'startup') ? 'startup' : 'liveness'} probe`,
        ]
      : []),
    ...(guaranteed && lowered && limit >= 1 && Number.isInteger(limit) && !Number.isInteger(cpu.proposed)
      ? [`${spec.name} may have whole cores of its own now (CPU manager policy static), and gives them up`]
      : []),
    ...(memory && spec.heapFlag !== undefined
      ? [`${spec.name} keeps a heap of its own (${spec.heapFlag}): check its size against the new memory`]
      : []),
  ];
}

/** CPU at start that is this many times the request is not what runs every day. */
const STARTUP_FACTOR = 3;

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
