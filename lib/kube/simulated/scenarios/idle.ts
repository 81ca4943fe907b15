/** Workloads that nobody uses, each with something that could mislead a judge. */

import type { ContainerDescription, WorkloadDescription } from '../description.ts';
import type { Draw, Place } from './draw.ts';
import { front, httpProbes, logAgent, MEBIBYTE, meshProxy, restingApp, use, workload } from './parts.ts';

const DAY = 24;

type Scenario = (draw: Draw, place: Place) => readonly WorkloadDescription[];

const forgottenStaging: Scenario = (draw, place) => [
  workload(draw, place, ['checkout-staging', 'campaign-preview', 'signup-demo', 'billing-test'], {
    label: 'idle',
    containers: [restingApp(draw, { image: 'registry.example.com/shop/checkout:2.14.1' })],
    ...front(draw),
  }),
];

const probedEverySecond: Scenario = (draw, place) => [probed(draw, place, 1, ['landing-page', 'status-page', 'old-portal'])];

const probedEveryTenSeconds: Scenario = (draw, place) => [
  probed(draw, place, 10, ['careers-site', 'docs-mirror', 'legacy-blog']),
];

function probed(draw: Draw, place: Place, probeSeconds: number, names: readonly string[]): WorkloadDescription {
  const image = 'docker.io/library/nginx:1.29.3';
  return workload(draw, place, names, {
    label: 'idle',
    containers: [restingApp(draw, { image, probeSeconds, networkBytesPerSecond: draw.between('network', 0, 60) })],
    service: { port: 8080 },
  });
}

/** The proxy's traffic may lie above what an app without users has; its counter then says that no request came. */
const sidecarNoise: Scenario = (draw, place) => {
  const app = restingApp(draw, {
    image: 'registry.example.com/shop/recommender:0.9.3',
    cpuShare: draw.ratio('cpu-share', 0.0005, 0.01),
    networkBytesPerSecond: 0,
  });
  const counted = draw.between('counted', 0, 1) < 0.5;
  const proxyTraffic = counted ? draw.between('proxy-network', 200, 1500) : draw.between('proxy-network', 100, 400);
  return [
    workload(draw, place, ['recommender', 'price-watch', 'loyalty-points'], {
      label: 'idle',
      containers: [app, meshProxy(draw, proxyTraffic), logAgent(draw, draw.between('agent-network', 50, 250))],
      service: { port: 8080 },
      ...(counted && { requestCounter: 'istio_requests_total' }),
    }),
  ];
};

const metricsScraped: Scenario = (draw, place) => {
  const intervalSeconds = draw.pick('scrape-seconds', [15, 30, 60]);
  const samples = draw.integer('scrape-samples', 60, 12 * intervalSeconds);
  const bytesPerSecond = (samples * draw.between('sample-bytes', 80, 110)) / intervalSeconds;
  const image = 'registry.example.com/platform/exporter-gateway:1.4.0';
  return [
    workload(draw, place, ['quota-exporter', 'license-gateway', 'report-renderer'], {
      label: 'idle',
      podAnnotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': '8080' },
      containers: [restingApp(draw, { image, networkBytesPerSecond: bytesPerSecond, noise: 0.05 })],
      scrape: { intervalSeconds, samples },
    }),
  ];
};

/** Large and still: what idle processes once took they hold. */
const memoryHoldingCache: Scenario = (draw, place) => {
  const mebibytes = draw.pick('cache', [1024, 2048, 3072, 4096]);
  const container: ContainerDescription = {
    name: 'cache',
    image: draw.pick('image', ['docker.io/library/memcached:1.6.39', 'docker.io/valkey/valkey:8.1.4']),
    requests: { cpu: '200m', memory: `${mebibytes}Mi` },
    limits: { memory: `${mebibytes}Mi` },
    probes: [{ type: 'liveness', handler: 'tcp', periodSeconds: 10, port: 11211, bytes: 400 }],
    usage: {
      cpuCores: draw.between('cpu', 0.0005, 0.003),
      memoryBytes: mebibytes * MEBIBYTE * draw.between('fill', 0.7, 0.92),
      networkBytesPerSecond: draw.between('network', 0, 80),
    },
  };
  return [
    workload(draw, place, ['session-cache', 'catalogue-cache', 'fragment-cache'], {
      label: 'idle',
      replicas: 1,
      containers: [container],
      service: { port: 11211 },
    }),
  ];
};

/** Long polls and heartbeats of a broker's client, and nothing ever to do. */
const emptyQueueWorker: Scenario = (draw, place) => [
  workload(draw, place, ['invoice-worker', 'thumbnail-worker', 'export-worker'], {
    label: 'idle',
    containers: [
      {
        ...restingApp(draw, {
          image: 'registry.example.com/shop/worker:5.2.0',
          name: 'worker',
          networkBytesPerSecond: draw.between('network', 80, 550),
          noise: draw.between('noise', 0.05, 0.12),
        }),
        probes: [{ type: 'liveness', handler: 'exec', periodSeconds: 30, bytes: 0 }],
      },
    ],
  }),
];

const jvmGarbageCollection: Scenario = (draw, place) => {
  const millicores = draw.pick('cpu-request', [500, 1000, 2000]);
  const container: ContainerDescription = {
    name: 'app',
    image: 'registry.example.com/erp/orders-api:21.0.3-jre',
    requests: { cpu: `${millicores}m`, memory: '2Gi' },
    limits: { memory: '2Gi' },
    env: { JAVA_TOOL_OPTIONS: '-Xmx1400m -XX:+UseG1GC' },
    probes: httpProbes(draw, 10),
    ports: [{ name: 'http', port: 8080 }],
    usage: {
      cpuCores: (millicores / 1000) * draw.between('gc', 0.027, 0.033),
      noise: draw.between('noise', 0.05, 0.09),
      memoryBytes: draw.between('memory', 700, 1000) * MEBIBYTE,
      memorySawtooth: {
        amplitude: draw.between('amplitude', 0.1, 0.4),
        periodMinutes: draw.integer('gc-minutes', 20, 240),
      },
      networkBytesPerSecond: draw.between('network', 0, 150),
    },
  };
  return [
    workload(draw, place, ['orders-api-old', 'warehouse-sync', 'tax-engine'], {
      label: 'idle',
      containers: [container],
      service: { port: 8080 },
    }),
  ];
};

/** Neither requests nor, mostly, limits: quiet is measured against an assumed hundredth of a core. */
const withoutRequests: Scenario = (draw, place) => {
  const { requests: _requests, limits: _limits, ...app } = restingApp(draw, { image: 'docker.io/library/httpd:2.4.65' });
  const limits = draw.pick('limits', [undefined, undefined, { cpu: '100m', memory: '256Mi' }]);
  const cpuCores = draw.between('cpu', 0.00005, 0.0003);
  return [
    workload(draw, place, ['scratchpad', 'tom-test', 'try-httpd'], {
      label: 'idle',
      containers: [{ ...app, ...(limits && { limits }), usage: { ...app.usage, cpuCores, memoryBytes: 24 * MEBIBYTE } }],
    }),
  ];
};

const autoscalerFloor: Scenario = (draw, place) => {
  const min = draw.integer('floor', 2, 3);
  return [
    workload(draw, place, ['voucher-api', 'ratings-api', 'newsletter-api'], {
      label: 'idle',
      replicas: min,
      containers: [restingApp(draw, { image: 'registry.example.com/shop/voucher:3.3.7' })],
      autoscaler: { min, max: min + draw.integer('headroom', 2, 8), cpuUtilization: draw.pick('target', [60, 70, 80]) },
      ...front(draw),
    }),
  ];
};

/** Use that lies further back than anyone waits for it to come again. */
const usedUntilThreeWeeksAgo: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'registry.example.com/events/registration:1.0.12' });
  const hoursAgo = draw.between('days-ago', 20, 24) * DAY;
  return [
    workload(draw, place, ['conference-registration', 'summer-sale', 'onboarding-2025'], {
      label: 'idle',
      containers: [app],
      activity: [{ ...use(draw, app), pattern: { kind: 'until', hoursAgo } }],
      ...front(draw),
    }),
  ];
};

/** Warm-up work of the pod itself, older than the window and than a whole weekend. */
const startupSpike: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'registry.example.com/search/indexer:7.1.0' });
  return [
    workload(draw, place, ['search-indexer', 'geo-lookup', 'feature-store'], {
      label: 'idle',
      podAgeHours: Math.round(draw.between('pod-days', 4, 6.5) * DAY),
      containers: [app],
      activity: [
        { ...use(draw, app), requestsPerSecond: 0, pattern: { kind: 'startup', minutes: draw.integer('warm-up', 2, 40) } },
      ],
      service: { port: 8080 },
    }),
  ];
};

/** Holes that leave the runs and three quarters of the window whole. */
const earlierMetricsGap: Scenario = (draw, place) => {
  const toHoursAgo = draw.between('gap-end', 9, 16);
  return [
    workload(draw, place, ['inventory-sync', 'stock-ticker', 'label-printer'], {
      label: 'idle',
      containers: [restingApp(draw, { image: 'registry.example.com/warehouse/sync:4.8.2' })],
      gaps: [
        { fromHoursAgo: toHoursAgo + draw.between('gap', 0.5, 3), toHoursAgo },
        { fromHoursAgo: draw.between('old-gap', 50, 60), toHoursAgo: draw.between('old-gap-end', 40, 48) },
      ],
    }),
  ];
};

const customOwner: Scenario = (draw, place) => {
  const described = workload(draw, place, ['storefront-rollout', 'quote-rollout'], {
    label: 'idle',
    containers: [restingApp(draw, { image: 'registry.example.com/shop/storefront:8.0.0-rc1' })],
    service: { port: 8080 },
  });
  return [{ ...described, owner: { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: described.name } }];
};

const barePod: Scenario = (draw, place) => [
  workload(draw, place, ['debug-shell', 'data-import-once', 'jump-host'], {
    label: 'idle',
    kind: 'Pod',
    replicas: 1,
    containers: [
      {
        name: 'shell',
        image: 'docker.io/library/debian:13-slim',
        requests: { cpu: '100m', memory: '128Mi' },
        usage: { cpuCores: draw.between('cpu', 0, 0.0004), memoryBytes: draw.between('memory', 2, 9) * MEBIBYTE },
      },
    ],
  }),
];

export const IDLE_SCENARIOS = {
  'forgotten-staging': forgottenStaging,
  'probed-every-second': probedEverySecond,
  'probed-every-ten-seconds': probedEveryTenSeconds,
  'sidecar-noise': sidecarNoise,
  'metrics-scraped': metricsScraped,
  'memory-holding-cache': memoryHoldingCache,
  'empty-queue-worker': emptyQueueWorker,
  'jvm-garbage-collection': jvmGarbageCollection,
  'without-requests': withoutRequests,
  'autoscaler-floor': autoscalerFloor,
  'used-until-three-weeks-ago': usedUntilThreeWeeksAgo,
  'startup-spike': startupSpike,
  'earlier-metrics-gap': earlierMetricsGap,
  'custom-owner': customOwner,
  'bare-pod': barePod,
} as const satisfies Readonly<Record<string, Scenario>>;
