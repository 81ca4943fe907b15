/** Who owns whom, by the names that controllers give. */

import type { WorkloadDescription } from '../description.ts';
import { type Replica, replicaSetName } from '../replicas.ts';
import type { Making, Owner } from './metadata.ts';

/** The controller of a pod; none for a pod of its own. */
export function podOwner({ description }: Making, { workload, job }: Replica): Owner | undefined {
  switch (workload.kind) {
    case 'Pod':
      return workload.owner;
    case 'Deployment':
      return { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: replicaSetName(description, workload) };
    case 'Job':
    case 'CronJob':
      return { apiVersion: 'batch/v1', kind: 'Job', name: job ?? workload.name };
    default:
      return { apiVersion: 'apps/v1', kind: workload.kind, name: workload.name };
  }
}

/** The object at the top of the chain: what a workload is called by those who look at the cluster. */
export function topOwner({ owner, kind, name }: WorkloadDescription): { readonly kind: string; readonly name: string } {
  return owner ? { kind: owner.kind, name: owner.name } : { kind, name };
}

/** Label that ties pods to their ReplicaSet. */
export function templateHash(
  { description }: Making,
  workload: WorkloadDescription,
  revision: 'present' | 'former' = 'present',
): string | undefined {
  if (workload.kind !== 'Deployment') return undefined;
  return replicaSetName(description, workload, revision).slice(workload.name.length + 1);
}
