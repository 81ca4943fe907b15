/** The demo: a small company's cluster at a fixed moment, put together from the labelled scenarios and from services in use. */

import { demoServices } from './demo-services.ts';
import type { ClusterDescription, NodeDescription, WorkloadDescription } from './description.ts';
import { type ScenarioName, scenario } from './scenarios.ts';

/** Wednesday, 18 November 2026, 15:00 UTC: where the simulated cluster stands still, and where its history ends. */
export const SIMULATED_NOW_MS = Date.UTC(2026, 10, 18, 15);

const SEED = 7;

const DAY = 24;

/** Which scenario stands where, under which name, and for how many hours where its own age does not matter. */
const PLACED: readonly (readonly [ScenarioName, string, string, number?])[] = [
  ['busy-web', 'shop', 'web'],
  ['sidecar-noise', 'shop', 'recommender'],
  ['autoscaler-floor', 'shop', 'voucher-api'],
  ['memory-holding-cache', 'shop', 'fragment-cache'],
  ['blue-green-spare', 'shop', 'basket'],
  ['low-traffic-hourly', 'shop', 'address-check'],
  ['just-deployed', 'shop', 'gift-cards'],
  ['nightly-batch', 'payments', 'ledger-close'],
  ['database-replica', 'payments', 'ledger-db'],
  ['cron-job', 'payments', 'invoice-mailer'],
  ['forgotten-staging', 'staging', 'checkout-staging'],
  ['probed-every-second', 'staging', 'landing-page', 6 * DAY + 4],
  ['custom-owner', 'staging', 'storefront', 9 * DAY + 7],
  ['used-until-three-weeks-ago', 'staging', 'summer-sale'],
  ['bare-pod', 'staging', 'debug-shell'],
  ['rolled-out-today', 'staging', 'faq-service'],
  ['self-scheduler', 'data', 'feed-importer'],
  ['weekly-batch', 'data', 'weekly-report'],
  ['jvm-garbage-collection', 'data', 'warehouse-sync'],
  ['empty-queue-worker', 'data', 'export-worker'],
  ['visited-twice', 'data', 'contract-archive'],
  ['quorum-member', 'data', 'coordinator'],
  ['office-hours', 'internal', 'intranet'],
  ['far-time-zone', 'internal', 'branch-portal'],
  ['recent-metrics-gap', 'internal', 'returns-portal'],
  ['metrics-scraped', 'monitoring', 'quota-exporter'],
  ['daemon-set', 'monitoring', 'node-log-agent'],
  ['leader-election', 'kube-system', 'cert-controller'],
  ['host-network', 'kube-system', 'node-relay'],
];

/** The same description every time. */
export function demoCluster(): ClusterDescription {
  const scenarios = PLACED.flatMap(([name, namespace, workload, ageHours]) =>
    scenario(name, { seed: SEED, namespace, name: workload, timeZone: 'Europe/Berlin' }).map((described) => ({
      ...described,
      ...(ageHours !== undefined && { ageHours }),
    })),
  );
  return {
    name: 'demo',
    seed: SEED,
    nodes: NODES,
    workloads: [...scenarios, ...demoServices()].map(ofTeam),
    limitRanges: [
      {
        namespace: 'payments',
        name: 'container-bounds',
        container: {
          min: { cpu: '50m', memory: '128Mi' },
          max: { cpu: '4', memory: '8Gi' },
          defaultRequest: { cpu: '100m', memory: '128Mi' },
          default: { memory: '1Gi' },
        },
      },
    ],
  };
}

const NODES: readonly NodeDescription[] = ['a', 'b', 'c', 'a'].map((zone, index) => ({
  name: `ip-10-0-0-${10 + index}.eu-central-1.compute.internal`,
  cpu: '8',
  memory: '32Gi',
  instanceType: 'm7i.2xlarge',
  zone: `eu-central-1${zone}`,
}));

/** Labelled on the workload and on its pods, so that `-l team=shop` finds both. */
function ofTeam(workload: WorkloadDescription): WorkloadDescription {
  const team = { team: TEAMS[workload.namespace] ?? 'platform' };
  return { ...workload, labels: { ...workload.labels, ...team }, podLabels: { ...workload.podLabels, ...team } };
}

const TEAMS: Readonly<Record<string, string>> = {
  shop: 'shop',
  staging: 'shop',
  payments: 'payments',
  data: 'data',
  internal: 'office',
};
