/** Workloads that look unused and are there on purpose: standbys, members of a quorum, agents of nodes, runs of jobs. */

import type { ContainerDescription, WorkloadDescription } from '../description.ts';
import type { Draw, Place } from './draw.ts';
import { logAgent, MEBIBYTE, nameOf, requestedCores, restingApp, use, workload } from './parts.ts';

type Scenario = (draw: Draw, place: Place) => readonly WorkloadDescription[];

/** One of two works; in half of the cases there is nothing to do for either. */
const leaderElection: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'registry.example.com/platform/reconciler:0.31.0', name: 'manager' });
  const holderReplica = draw.integer('holder', 0, 1);
  const works = draw.between('works', 0, 1) < 0.5;
  const described = workload(draw, place, ['reconciler', 'job-scheduler', 'dns-operator'], {
    label: 'active',
    replicas: 2,
    ownServiceAccount: true,
    containers: [app],
    activity: works
      ? [
          {
            pattern: { kind: 'constant' },
            container: app.name,
            cpuCores: requestedCores(app) * draw.between('use-cpu', 0.1, 0.4),
            networkBytesPerSecond: draw.between('use-network', 1_500, 9_000),
            replicas: [holderReplica],
          },
        ]
      : [],
  });
  return [{ ...described, lease: { name: `${described.name}-leader`, holderReplica } }];
};

/** A pair as two workloads: the one that stands by holds no lease, which only its name ties it to. */
const standbyWorkload: Scenario = (draw, place) => {
  const base = nameOf(draw, place, ['clearing', 'dispatch', 'rate-engine']);
  const app = restingApp(draw, { image: 'registry.example.com/finance/clearing:17.2.0' });
  const one = (suffix: string): WorkloadDescription =>
    workload(draw, { ...place, name: `${base}-${suffix}` }, [], {
      label: 'active',
      replicas: 1,
      ownServiceAccount: true,
      containers: [app],
    });
  const leader: WorkloadDescription = {
    ...one('a'),
    activity: [{ ...use(draw, app), pattern: { kind: 'constant' } }],
    lease: { name: `${base}-leader`, holderReplica: 0 },
  };
  return [leader, one('b')];
};

/** The service sends users to one colour; the other one waits for the next release. */
const blueGreenSpare: Scenario = (draw, place) => {
  const base = nameOf(draw, place, ['payments', 'basket', 'accounts']);
  const app = restingApp(draw, { image: 'registry.example.com/shop/payments:5.5.0' });
  const live = draw.pick('live', ['blue', 'green']);
  const colour = (slot: string): WorkloadDescription =>
    workload(draw, { ...place, name: `${base}-${slot}` }, [], {
      label: 'active',
      replicas: 2,
      podLabels: { app: base, slot },
      containers: [app],
      ...(slot === live && {
        activity: [{ ...use(draw, app), pattern: { kind: 'constant' } }],
        service: { name: base, port: 8080, selector: { app: base, slot } },
      }),
    });
  return [colour('blue'), colour('green')];
};

const databaseReplica: Scenario = (draw, place) => {
  const base = nameOf(draw, place, ['orders-db', 'users-db', 'ledger-db']);
  const container = database(draw);
  const primary = workload(draw, { ...place, name: base }, [], {
    label: 'active',
    kind: 'StatefulSet',
    replicas: 1,
    podLabels: { role: 'primary' },
    containers: [container],
    activity: [{ ...use(draw, container), pattern: { kind: 'constant' } }],
    service: { port: 5432 },
  });
  const replica = workload(draw, { ...place, name: `${base}-replica` }, [], {
    label: 'active',
    kind: 'StatefulSet',
    replicas: draw.integer('replicas', 1, 2),
    podLabels: { role: 'replica' },
    containers: [container],
    service: { port: 5432 },
  });
  return [primary, replica];
};

function database(draw: Draw): ContainerDescription {
  return {
    name: 'postgres',
    image: draw.pick('image', ['docker.io/library/postgres:18.1', 'docker.io/library/mariadb:12.0.2']),
    requests: { cpu: '250m', memory: '512Mi' },
    limits: { memory: '1Gi' },
    probes: [{ type: 'readiness', handler: 'exec', periodSeconds: 10, bytes: 0 }],
    ports: [{ name: 'sql', port: 5432 }],
    usage: {
      cpuCores: draw.between('cpu', 0.001, 0.004),
      memoryBytes: draw.between('memory', 150, 400) * MEBIBYTE,
      networkBytesPerSecond: draw.between('network', 50, 500),
    },
  };
}

const quorumMember: Scenario = (draw, place) => [
  workload(draw, place, ['config-store', 'lock-service', 'coordinator'], {
    label: 'active',
    kind: 'StatefulSet',
    replicas: 3,
    disruptionBudget: { minAvailable: 2 },
    containers: [
      {
        name: 'member',
        image: 'registry.example.com/platform/raft-store:2.2.0',
        requests: { cpu: '100m', memory: '128Mi' },
        usage: {
          cpuCores: draw.between('cpu', 0.001, 0.0035),
          memoryBytes: 60 * MEBIBYTE,
          networkBytesPerSecond: draw.between('network', 200, 700),
        },
      },
    ],
    service: { port: 2379 },
  }),
];

const daemonSet: Scenario = (draw, place) => [
  workload(draw, place, ['node-log-agent', 'node-exporter', 'gpu-feature-discovery'], {
    label: 'active',
    kind: 'DaemonSet',
    containers: [{ ...logAgent(draw, draw.between('network', 20, 400)), name: 'agent' }],
  }),
];

const cronJob: Scenario = (draw, place) => [
  finite(draw, place, 'CronJob', ['invoice-mailer', 'token-cleanup', 'currency-rates']),
];

const jobRun: Scenario = (draw, place) => [finite(draw, place, 'Job', ['schema-migration', 'backfill-orders', 'reindex-run'])];

/** A run that waits for something slow. */
function finite(draw: Draw, place: Place, kind: 'CronJob' | 'Job', names: readonly string[]): WorkloadDescription {
  const {
    probes: _probes,
    ports: _ports,
    ...app
  } = restingApp(draw, {
    image: 'registry.example.com/finance/mailer:1.2.6',
    name: 'run',
  });
  return workload(draw, place, names, {
    label: 'active',
    kind,
    replicas: 1,
    ageHours: kind === 'Job' ? draw.integer('age', 26, 90) : 90 * 24,
    podAgeHours: draw.integer('pod-age', 1, 25),
    containers: [app],
  });
}

export const KEPT_SCENARIOS = {
  'leader-election': leaderElection,
  'standby-workload': standbyWorkload,
  'blue-green-spare': blueGreenSpare,
  'database-replica': databaseReplica,
  'quorum-member': quorumMember,
  'daemon-set': daemonSet,
  'cron-job': cronJob,
  'job-run': jobRun,
} as const satisfies Readonly<Record<string, Scenario>>;
