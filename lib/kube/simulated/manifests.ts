/** Described workloads as the manifests a user would apply: what a real API server is filled with, and the specs of the simulated one. */

import type { ContainerDescription, LimitRangeDescription, ProbeDescription, WorkloadDescription } from './description.ts';

/** A Kubernetes object as JSON. */
export type Manifest = {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
} & Readonly<Record<string, unknown>>;

/** Label by which a workload selects its pods. */
export function selectorLabels(workload: WorkloadDescription): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': workload.name };
}

export function podLabels(workload: WorkloadDescription): Readonly<Record<string, string>> {
  return { ...selectorLabels(workload), ...workload.podLabels };
}

/** The controller and everything a user would create around it, in an order that an API server takes: what pods need comes first. */
export function manifestsOf(workload: WorkloadDescription): readonly Manifest[] {
  return [
    ...(workload.ownServiceAccount ? [serviceAccount(workload)] : []),
    ...(workload.volumeClaim && workload.kind !== 'StatefulSet' ? [volumeClaim(workload)] : []),
    controllerManifest(workload),
    ...(workload.service || workload.kind === 'StatefulSet' ? [service(workload)] : []),
    ...(workload.autoscaler ? [autoscaler(workload)] : []),
    ...(workload.disruptionBudget ? [disruptionBudget(workload)] : []),
  ];
}

export function limitRangeManifest({ namespace, name, container }: LimitRangeDescription): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name, namespace },
    spec: { limits: [{ type: 'Container', ...container }] },
  };
}

function metadata(workload: WorkloadDescription, name = workload.name): Readonly<Record<string, unknown>> {
  return {
    name,
    namespace: workload.namespace,
    labels: { ...selectorLabels(workload), ...workload.labels },
    ...(workload.annotations && { annotations: workload.annotations }),
  };
}

export function controllerManifest(workload: WorkloadDescription): Manifest {
  const template = {
    metadata: { labels: podLabels(workload), ...(workload.podAnnotations && { annotations: workload.podAnnotations }) },
    spec: podSpec(workload),
  };
  const selector = { matchLabels: selectorLabels(workload) };
  switch (workload.kind) {
    case 'Deployment':
      return {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: metadata(workload),
        spec: { replicas: workload.replicas, selector, template },
      };
    case 'StatefulSet':
      return {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: metadata(workload),
        spec: {
          replicas: workload.replicas,
          serviceName: workload.name,
          podManagementPolicy: 'Parallel',
          selector,
          template,
          ...(workload.volumeClaim && { volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: claimSpec(workload) }] }),
        },
      };
    case 'DaemonSet':
      return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: metadata(workload), spec: { selector, template } };
    case 'Job':
      return { apiVersion: 'batch/v1', kind: 'Job', metadata: metadata(workload), spec: { template: finite(template) } };
    case 'CronJob':
      return {
        apiVersion: 'batch/v1',
        kind: 'CronJob',
        metadata: metadata(workload),
        spec: { schedule: '0 3 * * *', jobTemplate: { spec: { template: finite(template) } } },
      };
    case 'Pod':
      return {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { ...metadata(workload), labels: { ...podLabels(workload), ...workload.labels } },
        spec: podSpec(workload),
      };
  }
}

function finite(template: { readonly metadata: unknown; readonly spec: Readonly<Record<string, unknown>> }): unknown {
  return { ...template, spec: { ...template.spec, restartPolicy: 'Never' } };
}

function podSpec(workload: WorkloadDescription): Readonly<Record<string, unknown>> {
  const plain = workload.containers.filter((container) => !container.nativeSidecar);
  const sidecars = workload.containers.filter((container) => container.nativeSidecar);
  return {
    containers: plain.map(containerManifest),
    ...(sidecars.length > 0 && {
      initContainers: sidecars.map((container) => ({ ...containerManifest(container), restartPolicy: 'Always' })),
    }),
    ...(workload.hostNetwork && { hostNetwork: true }),
    ...(workload.ownServiceAccount && { serviceAccountName: workload.name }),
    ...(workload.priorityClassName && { priorityClassName: workload.priorityClassName }),
    // A StatefulSet's pods get a volume each, from its template of claims.
    ...(workload.volumeClaim &&
      workload.kind !== 'StatefulSet' && {
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `${workload.name}-data` } }],
      }),
  };
}

function containerManifest(container: ContainerDescription): Readonly<Record<string, unknown>> {
  const probes = Object.fromEntries((container.probes ?? []).map((probe) => [`${probe.type}Probe`, probeManifest(probe)]));
  return {
    name: container.name,
    image: container.image,
    resources: {
      ...(container.requests && { requests: container.requests }),
      ...(container.limits && { limits: container.limits }),
    },
    ...(container.ports && { ports: container.ports.map(({ name, port }) => ({ name, containerPort: port })) }),
    ...(container.env && { env: Object.entries(container.env).map(([name, value]) => ({ name, value })) }),
    ...probes,
  };
}

function probeManifest(probe: ProbeDescription): Readonly<Record<string, unknown>> {
  const port = probe.port ?? 8080;
  const handlers = {
    http: { httpGet: { path: probe.path ?? '/healthz', port } },
    tcp: { tcpSocket: { port } },
    grpc: { grpc: { port } },
    exec: { exec: { command: ['true'] } },
  };
  return { ...handlers[probe.handler], periodSeconds: probe.periodSeconds };
}

function service(workload: WorkloadDescription): Manifest {
  const port = workload.service?.port ?? 80;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadata(workload, workload.service?.name ?? workload.name),
    spec: { selector: workload.service?.selector ?? selectorLabels(workload), ports: [{ name: 'http', port, targetPort: port }] },
  };
}

function serviceAccount(workload: WorkloadDescription): Manifest {
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata: metadata(workload) };
}

function autoscaler(workload: WorkloadDescription): Manifest {
  const { min, max, cpuUtilization } = workload.autoscaler!;
  return {
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadata(workload),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: workload.kind, name: workload.name },
      minReplicas: min,
      maxReplicas: max,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: cpuUtilization } } },
      ],
    },
  };
}

function disruptionBudget(workload: WorkloadDescription): Manifest {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadata(workload),
    spec: { minAvailable: workload.disruptionBudget!.minAvailable, selector: { matchLabels: selectorLabels(workload) } },
  };
}

function volumeClaim(workload: WorkloadDescription): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: metadata(workload, `${workload.name}-data`),
    spec: claimSpec(workload),
  };
}

function claimSpec({ volumeClaim }: WorkloadDescription): Readonly<Record<string, unknown>> {
  return { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: volumeClaim!.storage } } };
}
