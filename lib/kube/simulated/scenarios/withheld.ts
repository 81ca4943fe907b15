/** Quiet workloads of which too little is known to call them idle. */

import type { WorkloadDescription } from '../description.ts';
import type { Draw, Place } from './draw.ts';
import { restingApp, use, workload } from './parts.ts';

type Scenario = (draw: Draw, place: Place) => readonly WorkloadDescription[];

const justDeployed: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'registry.example.com/shop/gift-cards:0.1.0' });
  return [
    workload(draw, place, ['gift-cards', 'new-search', 'beta-portal'], {
      label: 'unknown',
      ageHours: draw.integer('age', 8, 20),
      containers: [app],
      activity: [
        { ...use(draw, app), requestsPerSecond: 0, pattern: { kind: 'startup', minutes: draw.integer('warm-up', 1, 10) } },
      ],
    }),
  ];
};

const rolledOutToday: Scenario = (draw, place) => [
  workload(draw, place, ['faq-service', 'image-proxy', 'consent-banner'], {
    label: 'unknown',
    podAgeHours: draw.integer('pod-age', 8, 20),
    containers: [restingApp(draw, { image: 'registry.example.com/shop/faq:44.0.1' })],
  }),
];

/** A hole in the hours that count, longer than any three sample intervals. */
const recentMetricsGap: Scenario = (draw, place) => {
  const toHoursAgo = draw.between('gap-end', 0.75, 1.75);
  return [
    workload(draw, place, ['courier-sync', 'returns-portal', 'slot-planner'], {
      label: 'unknown',
      containers: [restingApp(draw, { image: 'registry.example.com/warehouse/courier:2.7.7' })],
      gaps: [{ fromHoursAgo: toHoursAgo + draw.between('gap', 1.25, 6), toHoursAgo }],
    }),
  ];
};

/** Its network counters are its node's, and no counter sees its requests. */
const hostNetwork: Scenario = (draw, place) => [
  workload(draw, place, ['node-relay', 'edge-listener', 'snmp-trap'], {
    label: 'unknown',
    replicas: 1,
    hostNetwork: true,
    containers: [restingApp(draw, { image: 'registry.example.com/edge/relay:1.1.5' })],
  }),
];

export const WITHHELD_SCENARIOS = {
  'just-deployed': justDeployed,
  'rolled-out-today': rolledOutToday,
  'recent-metrics-gap': recentMetricsGap,
  'host-network': hostNetwork,
} as const satisfies Readonly<Record<string, Scenario>>;
