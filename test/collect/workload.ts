/** Workloads as the object lists give them, with only what a test says. */

import type { ContainerSpec, Pod, Probe, Workload } from '../../lib/types/workload.ts';

export interface WorkloadParts {
  readonly namespace?: string;
  readonly kind?: string;
  readonly name: string;
  readonly pods: readonly string[];
  readonly containers?: readonly (Partial<ContainerSpec> & { readonly name: string })[];
  readonly services?: readonly string[];
  readonly hostNetwork?: boolean;
  readonly probes?: readonly Probe[];
}

export function workload(parts: WorkloadParts): Workload {
  const { namespace = 'shop', kind = 'Deployment', name } = parts;
  const containers = (parts.containers ?? [{ name: 'main' }]).map(
    (each): ContainerSpec => ({
      image: `registry.example/${each.name}:1`,
      role: 'app',
      requests: {},
      limits: {},
      probes: parts.probes ?? [],
      portNames: [],
      ...each,
    }),
  );
  return {
    ref: { apiVersion: 'apps/v1', kind, namespace, name, uid: `uid-${name}` },
    labels: {},
    annotations: {},
    createdAt: 0,
    containers,
    podLabels: {},
    podAnnotations: {},
    pods: parts.pods.map((pod) => podOf(namespace, pod, containers, parts.hostNetwork ?? false)),
    replicaSetNames: [],
    autoscalers: [],
    disruptionBudgets: [],
    leases: [],
    services: (parts.services ?? []).map((service) => ({ namespace, name: service, type: 'ClusterIP', selector: {} })),
    mountsPersistentVolume: false,
  };
}

function podOf(namespace: string, name: string, containers: readonly ContainerSpec[], hostNetwork: boolean): Pod {
  return {
    namespace,
    name,
    uid: `uid-${name}`,
    phase: 'Running',
    ready: true,
    createdAt: 0,
    hostNetwork,
    serviceAccountName: 'default',
    mountsServiceAccountToken: true,
    labels: {},
    annotations: {},
    containers,
    states: [],
  };
}
