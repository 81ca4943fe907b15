/** Workloads of the demo that are in use, each sized as workloads are found: too large, too small, managed by somebody, bounded. */

import type { ActivityDescription, ContainerDescription, WorkloadDescription } from './description.ts';

const MEBIBYTE = 2 ** 20;

/** What varies between services; the rest is that of any service behind an ingress. */
interface Served extends Partial<Omit<WorkloadDescription, 'containers' | 'activity'>> {
  readonly namespace: string;
  readonly name: string;
  readonly scenario: string;
  readonly replicas: number;
  readonly image: string;
  readonly requests: NonNullable<ContainerDescription['requests']>;
  readonly limits?: NonNullable<ContainerDescription['limits']>;
  readonly container?: Partial<ContainerDescription>;
  readonly use: {
    /** Of one replica, day and night. */
    readonly cpuCores: number;
    /** What office hours add to it. */
    readonly officeCores: number;
    readonly memoryMebibytes: number;
    /** Relative saw-tooth of garbage collection. */
    readonly collected?: number;
    /** Share of the memory by which it grows each day, as what is never freed. */
    readonly growsDaily?: number;
    readonly networkBytesPerSecond: number;
    readonly requestsPerSecond?: number;
    /** Once: so many times what is usual. */
    readonly storm?: { readonly hoursAgo: number; readonly minutes: number; readonly times: number };
  };
}

/** Four teams' services, the platform's own, and how each is sized. */
export function demoServices(): readonly WorkloadDescription[] {
  return [...shop(), ...payments(), ...data(), ...platform()];
}

function shop(): readonly WorkloadDescription[] {
  return [
    served({
      namespace: 'shop',
      name: 'cart',
      scenario: 'over-requested',
      replicas: 3,
      image: 'registry.example.com/shop/cart:3.18.2',
      requests: { cpu: '500m', memory: '1Gi' },
      limits: { memory: '1Gi' },
      use: { cpuCores: 0.03, officeCores: 0.06, memoryMebibytes: 190, networkBytesPerSecond: 42_000, requestsPerSecond: 9 },
      requestCounter: 'nginx_ingress_controller_requests',
      disruptionBudget: { minAvailable: 1 },
    }),
    served({
      namespace: 'shop',
      name: 'catalog',
      scenario: 'over-requested-helm',
      replicas: 3,
      image: 'registry.example.com/shop/catalog:11.4.0',
      requests: { cpu: '750m', memory: '1536Mi' },
      limits: { memory: '2Gi' },
      use: { cpuCores: 0.05, officeCores: 0.09, memoryMebibytes: 420, networkBytesPerSecond: 90_000, requestsPerSecond: 21 },
      requestCounter: 'nginx_ingress_controller_requests',
      labels: { 'app.kubernetes.io/managed-by': 'Helm', 'app.kubernetes.io/instance': 'catalog' },
      annotations: { 'meta.helm.sh/release-name': 'catalog', 'meta.helm.sh/release-namespace': 'shop' },
    }),
    served({
      namespace: 'shop',
      name: 'image-resizer',
      scenario: 'under-requested',
      replicas: 2,
      image: 'registry.example.com/shop/image-resizer:2.7.1',
      requests: { cpu: '200m', memory: '256Mi' },
      limits: { memory: '256Mi' },
      container: { oomKilledHoursAgo: 52 },
      use: { cpuCores: 0.12, officeCores: 0.22, memoryMebibytes: 205, collected: 0.18, networkBytesPerSecond: 310_000 },
    }),
  ];
}

function payments(): readonly WorkloadDescription[] {
  return [
    served({
      namespace: 'payments',
      name: 'payment-gateway',
      scenario: 'well-sized',
      replicas: 3,
      image: 'registry.example.com/payments/gateway:7.2.4',
      requests: { cpu: '150m', memory: '320Mi' },
      limits: { memory: '512Mi' },
      use: { cpuCores: 0.05, officeCores: 0.06, memoryMebibytes: 265, networkBytesPerSecond: 26_000, requestsPerSecond: 4 },
      requestCounter: 'istio_requests_total',
      autoscaler: { min: 3, max: 10, cpuUtilization: 75 },
      disruptionBudget: { minAvailable: 2 },
    }),
    served({
      namespace: 'payments',
      name: 'tokenizer',
      scenario: 'limit-range',
      replicas: 2,
      image: 'registry.example.com/payments/tokenizer:1.9.0',
      requests: { cpu: '500m', memory: '512Mi' },
      use: { cpuCores: 0.012, officeCores: 0.015, memoryMebibytes: 44, networkBytesPerSecond: 9000, requestsPerSecond: 2 },
      requestCounter: 'istio_requests_total',
    }),
    served({
      namespace: 'payments',
      name: 'fraud-scoring',
      scenario: 'java-heap',
      replicas: 2,
      image: 'registry.example.com/payments/fraud-scoring:5.0.3-jre',
      requests: { cpu: '1', memory: '3Gi' },
      limits: { memory: '3Gi' },
      container: { env: { JAVA_TOOL_OPTIONS: '-Xmx2g -XX:+UseG1GC' } },
      use: { cpuCores: 0.11, officeCores: 0.17, memoryMebibytes: 1050, collected: 0.35, networkBytesPerSecond: 17_000 },
    }),
  ];
}

function data(): readonly WorkloadDescription[] {
  return [
    served({
      namespace: 'data',
      name: 'orders-etl',
      scenario: 'over-requested-argocd',
      replicas: 1,
      image: 'registry.example.com/data/orders-etl:2.3.0',
      requests: { cpu: '1', memory: '2Gi' },
      limits: { memory: '2Gi' },
      use: { cpuCores: 0.16, officeCores: 0.1, memoryMebibytes: 610, collected: 0.15, networkBytesPerSecond: 60_000 },
      annotations: { 'argocd.argoproj.io/tracking-id': 'data-platform:apps/Deployment:data/orders-etl' },
    }),
    served({
      namespace: 'data',
      name: 'analytics-db',
      scenario: 'database',
      kind: 'StatefulSet',
      replicas: 1,
      image: 'docker.io/library/postgres:18.1',
      requests: { cpu: '1', memory: '4Gi' },
      limits: { memory: '4Gi' },
      container: {
        name: 'postgres',
        probes: [{ type: 'readiness', handler: 'exec', periodSeconds: 10, bytes: 0 }],
        ports: [{ name: 'sql', port: 5432 }],
      },
      use: { cpuCores: 0.14, officeCores: 0.31, memoryMebibytes: 2700, networkBytesPerSecond: 45_000 },
      service: { port: 5432 },
      volumeClaim: { storage: '200Gi' },
    }),
  ];
}

function platform(): readonly WorkloadDescription[] {
  return [
    served({
      namespace: 'monitoring',
      name: 'grafana',
      scenario: 'dashboards',
      replicas: 1,
      image: 'docker.io/grafana/grafana:12.3.0',
      requests: { cpu: '100m', memory: '256Mi' },
      limits: { memory: '512Mi' },
      use: { cpuCores: 0.008, officeCores: 0.03, memoryMebibytes: 150, networkBytesPerSecond: 12_000 },
      service: { port: 3000 },
    }),
    served({
      namespace: 'kube-system',
      name: 'coredns',
      scenario: 'cluster-dns',
      replicas: 2,
      image: 'registry.k8s.io/coredns/coredns:v1.13.1',
      requests: { cpu: '100m', memory: '70Mi' },
      limits: { memory: '170Mi' },
      use: {
        cpuCores: 0.009,
        officeCores: 0.006,
        memoryMebibytes: 38,
        growsDaily: 0.013,
        networkBytesPerSecond: 14_000,
        storm: { hoursAgo: 12, minutes: 130, times: 9 },
      },
      service: { name: 'kube-dns', port: 53 },
      priorityClassName: 'system-cluster-critical',
      ownServiceAccount: true,
    }),
    served({
      namespace: 'kube-system',
      name: 'metrics-server',
      scenario: 'cluster-metrics',
      replicas: 1,
      image: 'registry.k8s.io/metrics-server/metrics-server:v0.9.0',
      requests: { cpu: '100m', memory: '200Mi' },
      use: { cpuCores: 0.007, officeCores: 0.001, memoryMebibytes: 46, networkBytesPerSecond: 5000 },
      service: { port: 443 },
      priorityClassName: 'system-cluster-critical',
      ownServiceAccount: true,
    }),
  ];
}

const OFFICE = { kind: 'hours', timeZone: 'Europe/Berlin', weekdays: [1, 2, 3, 4, 5], from: 7, to: 20 } as const;

/** A growth begins anew after so long: beyond what any history shows. */
const GROWTH_DAYS = 90;

function served({ image, requests, limits, container, use, ...parts }: Served): WorkloadDescription {
  const { storm } = use;
  const app: ContainerDescription = {
    name: 'app',
    image,
    requests,
    ...(limits && { limits }),
    probes: [
      { type: 'readiness', handler: 'http', periodSeconds: 10, path: '/ready', port: 8080, bytes: 740 },
      { type: 'liveness', handler: 'http', periodSeconds: 20, path: '/healthz', port: 8080, bytes: 690 },
    ],
    ports: [{ name: 'http', port: 8080 }],
    usage: {
      cpuCores: use.cpuCores * 0.1,
      noise: 0.12,
      memoryBytes: use.memoryMebibytes * MEBIBYTE,
      ...(use.collected && { memorySawtooth: { amplitude: use.collected, periodMinutes: 95 } }),
      ...(use.growsDaily && {
        memorySawtooth: { amplitude: use.growsDaily * GROWTH_DAYS, periodMinutes: GROWTH_DAYS * 24 * 60 },
      }),
      networkBytesPerSecond: 120,
    },
    ...container,
  };
  const activity = (pattern: ActivityDescription['pattern'], cpuCores: number, share: number): ActivityDescription => ({
    pattern,
    container: app.name,
    cpuCores,
    memoryBytes: app.usage.memoryBytes * 0.04 * share,
    networkBytesPerSecond: use.networkBytesPerSecond * share,
    requestsPerSecond: (use.requestsPerSecond ?? 0) * share,
  });
  // What comes in a storm is answered and forgotten: memory does not move.
  const stormOf = ({ hoursAgo, minutes, times }: NonNullable<typeof storm>): ActivityDescription => ({
    ...activity({ kind: 'at', hoursAgo: [hoursAgo], minutes }, use.cpuCores * times, times),
    memoryBytes: 0,
  });
  return {
    label: 'active',
    kind: 'Deployment',
    ageHours: 24 * 160,
    podAgeHours: 24 * 9 + 5,
    service: { port: 8080 },
    ...parts,
    containers: [app],
    activity: [
      activity({ kind: 'constant' }, use.cpuCores * 0.9, 0.35),
      activity(OFFICE, use.officeCores, 0.65),
      ...(storm ? [stormOf(storm)] : []),
    ],
  };
}
