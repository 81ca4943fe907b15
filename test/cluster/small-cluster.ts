/** A small described cluster with one of each thing that filling has to get right. */

import type { ClusterDescription, ContainerDescription } from '../../lib/kube/simulated/description.ts';

const MEBIBYTE = 2 ** 20;

export const WEB_CPU = 0.02;
export const WEB_MEMORY = 100 * MEBIBYTE;

const WEB: ContainerDescription = {
  name: 'web',
  image: 'registry.example.com/web:1.0',
  requests: { cpu: '100m', memory: '128Mi' },
  limits: { memory: '256Mi' },
  ports: [{ name: 'http', port: 8080 }],
  probes: [{ type: 'readiness', handler: 'http', path: '/healthz', periodSeconds: 10, port: 8080, bytes: 1000 }],
  usage: { cpuCores: WEB_CPU, noise: 0, memoryBytes: WEB_MEMORY, networkBytesPerSecond: 1000 },
};

const REST = { scenario: 'test', label: 'idle', namespace: 'shop', activity: [] } as const;

export const SMALL_CLUSTER: ClusterDescription = {
  name: 'small',
  seed: 3,
  nodes: ['a', 'b'].map((name) => ({ name: `node-${name}`, cpu: '8', memory: '32Gi', zone: 'eu-central-1a' })),
  workloads: [
    {
      ...REST,
      kind: 'Deployment',
      name: 'web',
      replicas: 2,
      ageHours: 1000,
      podAgeHours: 400,
      containers: [WEB],
      activity: [
        {
          container: 'web',
          cpuCores: 0.1,
          networkBytesPerSecond: 5000,
          requestsPerSecond: 2,
          pattern: { kind: 'until', hoursAgo: 48 },
        },
      ],
      service: { port: 8080 },
      requestCounter: 'nginx_ingress_controller_requests',
      autoscaler: { min: 2, max: 5, cpuUtilization: 70 },
      disruptionBudget: { minAvailable: 1 },
    },
    {
      ...REST,
      kind: 'Deployment',
      name: 'leaky',
      replicas: 1,
      ageHours: 300,
      containers: [{ ...WEB, name: 'leaky', oomKilledHoursAgo: 10 }],
      owner: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'leaky' },
    },
    {
      ...REST,
      kind: 'StatefulSet',
      name: 'store',
      replicas: 2,
      ageHours: 2000,
      containers: [{ ...WEB, name: 'store' }],
      volumeClaim: { storage: '1Gi' },
      lease: { name: 'store-leader', holderReplica: 1 },
      requestCounter: 'http_requests_total',
      scrape: { intervalSeconds: 60, samples: 200 },
    },
    {
      ...REST,
      kind: 'DaemonSet',
      name: 'agent',
      replicas: 2,
      ageHours: 500,
      containers: [{ ...WEB, name: 'agent' }],
      hostNetwork: true,
    },
    {
      ...REST,
      kind: 'CronJob',
      name: 'report',
      replicas: 1,
      ageHours: 700,
      podAgeHours: 3,
      containers: [{ ...WEB, name: 'report' }],
    },
    { ...REST, kind: 'Job', name: 'migration', replicas: 1, ageHours: 5, containers: [{ ...WEB, name: 'migration' }] },
    { ...REST, kind: 'Pod', name: 'shell', replicas: 1, ageHours: 50, containers: [{ ...WEB, name: 'shell' }] },
  ],
};
