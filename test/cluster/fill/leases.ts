/** Leases of described leader elections: held by one replica's pod, renewed for as long as it runs. */

import type { ClusterDescription, WorkloadDescription } from '../../../lib/kube/simulated/description.ts';
import { selectorLabels } from '../../../lib/kube/simulated/manifests.ts';
import type { Api, KubeObject } from '../api.ts';
import { isRunning, Replicas } from '../history/measured.ts';

/** client-go's default. */
const DURATION_SECONDS = 15;

const leasesOf = (namespace: string): string => `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;

/** Makes the leases, each held by the described replica. */
export async function createLeases(api: Api, description: ClusterDescription, pods: readonly KubeObject[]): Promise<void> {
  const measured = new Replicas(description).addAll(pods.filter(isRunning));
  for (const workload of description.workloads) {
    const { lease, namespace } = workload;
    if (!lease) continue;
    const holder = measured.find((pod) => pod.workload === workload && pod.replica === lease.holderReplica);
    const now = microTime(Date.now());
    await api.create(leasesOf(namespace), {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: lease.name, namespace, labels: selectorLabels(workload) },
      spec: {
        holderIdentity: `${holder?.name ?? ''}_${holder?.uid ?? ''}`,
        leaseDurationSeconds: DURATION_SECONDS,
        acquireTime: microTime(holder?.startMs ?? Date.now()),
        renewTime: now,
        leaseTransitions: 1,
      },
    });
  }
}

/** As their holders do. @throws ApiError where one is gone. */
export async function renewLeases(api: Api, description: ClusterDescription): Promise<void> {
  const held = description.workloads.filter((workload): workload is WorkloadDescription & { lease: object } => !!workload.lease);
  for (const { lease, namespace } of held) {
    const change = { spec: { renewTime: microTime(Date.now()) } };
    await api.send('PATCH', `${leasesOf(namespace)}/${lease?.name}`, change, 'application/merge-patch+json');
  }
}

function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}
