/** What stands around workloads, with the status that controllers would give it: service accounts, services, autoscalers, budgets, leases, volume claims. */

import type { WorkloadDescription } from '../description.ts';
import { limitRangeManifest, type Manifest, manifestsOf } from '../manifests.ts';
import type { PlacedReplica } from '../placement.ts';
import { uniform } from '../random.ts';
import { createdAt } from './controllers.ts';
import { type Making, objectUid, stored } from './metadata.ts';
import { clusterStart, microTime } from './nodes.ts';

type Raw = Readonly<Record<string, unknown>>;

export function surroundingObjects(
  making: Making,
  workload: WorkloadDescription,
  replicas: readonly PlacedReplica[],
): readonly Manifest[] {
  const created = createdAt(making, workload);
  const around = manifestsOf(workload).flatMap((manifest): readonly Manifest[] => {
    switch (manifest.kind) {
      case 'ServiceAccount':
        return [stored(making, manifest, created)];
      case 'Service':
        return [serviceObject(making, manifest, created)];
      case 'HorizontalPodAutoscaler':
        return [stored(making, manifest, created, { status: autoscalerStatus(replicas.length) })];
      case 'PodDisruptionBudget':
        return [stored(making, manifest, created, { status: budgetStatus(manifest, replicas.length) })];
      case 'PersistentVolumeClaim':
        return [claimObject(making, manifest, created)];
      default:
        return [];
    }
  });
  return [
    ...around,
    ...(workload.kind === 'StatefulSet' ? replicas.flatMap((replica) => memberClaim(making, replica, created)) : []),
    ...(workload.lease ? [leaseObject(making, workload, workload.lease, replicas, created)] : []),
  ];
}

export function limitRangeObjects(making: Making): readonly Manifest[] {
  return (making.description.limitRanges ?? []).map((range) => stored(making, limitRangeManifest(range), clusterStart(making)));
}

/** The API server's own Service. */
export function apiServerService(making: Making): Manifest {
  return stored(
    making,
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { component: 'apiserver', provider: 'kubernetes' } },
      spec: {
        type: 'ClusterIP',
        clusterIP: '10.96.0.1',
        ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
      },
    },
    clusterStart(making),
  );
}

function serviceObject(making: Making, manifest: Manifest, created: number): Manifest {
  const { name, namespace } = manifest.metadata as { readonly name: string; readonly namespace: string };
  const { ports, ...spec } = manifest.spec as Raw & { readonly ports: readonly Raw[] };
  const byte = (part: string): number => 1 + Math.floor(uniform(making.description.seed, namespace, name, part) * 254);
  const address = { type: 'ClusterIP', clusterIP: `10.96.${byte('third')}.${byte('fourth')}` };
  return stored(
    making,
    { ...manifest, spec: { ...address, ...spec, ports: ports.map((port) => ({ protocol: 'TCP', ...port })) } },
    created,
  );
}

function autoscalerStatus(replicas: number): Raw {
  return { currentReplicas: replicas, desiredReplicas: replicas };
}

function budgetStatus(manifest: Manifest, pods: number): Raw {
  const { minAvailable } = manifest.spec as { readonly minAvailable: number | string };
  const share = /^(\d+)%$/.exec(String(minAvailable))?.[1];
  const desiredHealthy = share === undefined ? Number(minAvailable) : Math.ceil((Number(share) / 100) * pods);
  return {
    currentHealthy: pods,
    desiredHealthy,
    disruptionsAllowed: Math.max(0, pods - desiredHealthy),
    expectedPods: pods,
    observedGeneration: 1,
  };
}

function claimObject(making: Making, manifest: Manifest, created: number): Manifest {
  const { name, namespace } = manifest.metadata as { readonly name: string; readonly namespace: string };
  const spec = manifest.spec as Raw & { readonly resources: { readonly requests: Raw } };
  return stored(
    making,
    {
      ...manifest,
      spec: { ...spec, storageClassName: 'gp3', volumeName: `pvc-${objectUid(making, manifest.kind, namespace, name)}` },
    },
    created,
    { status: { phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: spec.resources.requests } },
  );
}

/** Claim of one member of a StatefulSet, from its template. */
function memberClaim(making: Making, { workload, name }: PlacedReplica, created: number): readonly Manifest[] {
  if (!workload.volumeClaim) return [];
  const manifest: Manifest = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name: `data-${name}`, namespace: workload.namespace, labels: { 'app.kubernetes.io/name': workload.name } },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: workload.volumeClaim.storage } } },
  };
  return [claimObject(making, manifest, created)];
}

function leaseObject(
  making: Making,
  { namespace }: WorkloadDescription,
  { name, holderReplica }: NonNullable<WorkloadDescription['lease']>,
  replicas: readonly PlacedReplica[],
  created: number,
): Manifest {
  const holder = replicas[holderReplica]?.name ?? '';
  return stored(
    making,
    {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name, namespace },
      spec: {
        // Host name and a random part, as client-go's election writes it.
        holderIdentity: `${holder}_${objectUid(making, 'election', namespace, holder)}`,
        leaseDurationSeconds: 15,
        leaseTransitions: 1,
        acquireTime: microTime(replicas[holderReplica]?.startMs ?? created),
        renewTime: microTime(making.nowMs - 2000),
      },
    },
    created,
  );
}
