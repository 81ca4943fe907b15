/** Workloads that somebody uses, however rarely or however quietly. */

import type { ActivityDescription, WorkloadDescription } from '../description.ts';
import type { Draw, Place } from './draw.ts';
import { front, requestedCores, restingApp, use, workload } from './parts.ts';

type Scenario = (draw: Draw, place: Place) => readonly WorkloadDescription[];
type Pattern = ActivityDescription['pattern'];

const WORKING_DAYS = [1, 2, 3, 4, 5];

/** Zones whose day is night, or another day, to most operators; two of them with odd offsets. */
const FAR_ZONES = [
  'Pacific/Auckland',
  'Pacific/Kiritimati',
  'Pacific/Honolulu',
  'America/Los_Angeles',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
];

const busyWeb: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'registry.example.com/shop/web:12.3.0' });
  return [
    workload(draw, place, ['web', 'storefront', 'public-api'], {
      label: 'active',
      replicas: 3,
      containers: [app],
      activity: [{ ...use(draw, app), pattern: { kind: 'constant' } }],
      autoscaler: { min: 2, max: 8, cpuUtilization: 70 },
      ...front(draw),
    }),
  ];
};

/** A proxy or file server: hardly any CPU, but bytes. */
const bytesWithoutCpu: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'docker.io/library/haproxy:3.2.6' });
  const networkBytesPerSecond = draw.ratio('use-network', 6_000, 500_000);
  return [
    workload(draw, place, ['tcp-gateway', 'file-server', 'mqtt-bridge'], {
      label: 'active',
      containers: [app],
      activity: [{ container: app.name, cpuCores: 0.0005, networkBytesPerSecond, pattern: { kind: 'constant' } }],
      service: { port: 8080 },
    }),
  ];
};

const busyReplica: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'registry.example.com/chat/rooms:6.6.1' });
  return [
    workload(draw, place, ['chat-rooms', 'socket-hub', 'game-lobby'], {
      label: 'active',
      replicas: 3,
      containers: [app],
      activity: [{ ...use(draw, app), pattern: { kind: 'constant' }, replicas: [draw.integer('busy', 0, 2)] }],
      service: { port: 8080 },
    }),
  ];
};

/**
 * One request: some seconds at most, some hundredths of a CPU second, an answer that a counter sees however small it is, and
 * that stands out from the pod's own traffic where none does.
 */
function request(
  draw: Draw,
  container: string,
  isCounted: boolean,
): Omit<ActivityDescription, 'pattern'> & { readonly minutes: number } {
  const seconds = draw.between('request-seconds', 1, 6);
  const bytes = isCounted ? draw.ratio('request-bytes', 2_000, 60_000) : draw.ratio('request-bytes', 60_000, 800_000);
  return {
    container,
    minutes: seconds / 60,
    cpuCores: draw.between('request-cpu', 0.02, 0.4) / seconds,
    networkBytesPerSecond: bytes / seconds,
    requestsPerSecond: 1 / seconds,
  };
}

const lowTrafficHourly: Scenario = (draw, place) =>
  lowTraffic(draw, place, ['rates-api', 'address-check', 'webhook-receiver'], (minutes) => ({
    kind: 'every',
    everyMinutes: 60,
    minutes,
    jitterMinutes: draw.between('jitter', 0, 20),
  }));

const lowTrafficDaily: Scenario = (draw, place) =>
  lowTraffic(draw, place, ['payroll-hook', 'meter-readings', 'compliance-api'], (minutes) =>
    draw.between('regular', 0, 1) < 0.5
      ? { kind: 'daily', timeZone: place.timeZone, at: draw.between('at', 0, 24), minutes }
      : { kind: 'every', everyMinutes: 1440, minutes, jitterMinutes: 240 },
  );

function lowTraffic(
  draw: Draw,
  place: Place,
  names: readonly string[],
  patternOf: (minutes: number) => Pattern,
): readonly WorkloadDescription[] {
  const before = front(draw);
  const app = restingApp(draw, {
    image: 'registry.example.com/api/edge:1.18.4',
    networkBytesPerSecond: draw.between('network', 0, before.requestCounter ? 250 : 60),
  });
  const { minutes, ...cost } = request(draw, app.name, before.requestCounter !== undefined);
  return [
    workload(draw, place, names, {
      label: 'active',
      containers: [app],
      activity: [{ ...cost, pattern: patternOf(minutes), replicas: [0] }],
      ...before,
    }),
  ];
}

const nightlyBatch: Scenario = (draw, place) =>
  batch(draw, place, ['nightly-export', 'ledger-close', 'backup-runner'], {
    kind: 'daily',
    timeZone: place.timeZone,
    at: draw.between('at', 0.5, 5),
    minutes: draw.integer('minutes', 10, 110),
  });

const weeklyBatch: Scenario = (draw, place) =>
  batch(draw, place, ['weekly-report', 'index-rebuild', 'loyalty-statement'], {
    kind: 'weekly',
    timeZone: place.timeZone,
    weekday: draw.integer('weekday', 1, 7),
    at: draw.between('at', 0, 23),
    minutes: draw.integer('minutes', 20, 200),
  });

/** Work by its own clock in a Deployment: no request ever comes. */
const selfScheduler: Scenario = (draw, place) =>
  batch(draw, place, ['feed-importer', 'cert-checker', 'cleanup-daemon'], {
    kind: 'every',
    everyMinutes: draw.pick('every', [30, 60, 120, 240, 360]),
    minutes: draw.between('minutes', 1, 8),
    jitterMinutes: 2,
  });

function batch(draw: Draw, place: Place, names: readonly string[], pattern: Pattern): readonly WorkloadDescription[] {
  const app = restingApp(draw, { image: 'registry.example.com/finance/batch:3.0.9', name: 'batch' });
  return [
    workload(draw, place, names, {
      label: 'active',
      replicas: 1,
      containers: [app],
      activity: [
        {
          pattern,
          container: app.name,
          cpuCores: requestedCores(app) * draw.between('use-cpu', 0.5, 2),
          memoryBytes: app.usage.memoryBytes * 0.4,
          networkBytesPerSecond: draw.ratio('use-network', 500, 100_000),
        },
      ],
    }),
  ];
}

const officeHours: Scenario = (draw, place) => officeApp(draw, place, ['intranet', 'time-sheets', 'crm'], place.timeZone);

const farTimeZone: Scenario = (draw, place) =>
  officeApp(draw, place, ['branch-portal', 'pacific-desk', 'field-service'], draw.pick('zone', FAR_ZONES));

function officeApp(draw: Draw, place: Place, names: readonly string[], timeZone: string): readonly WorkloadDescription[] {
  const app = restingApp(draw, { image: 'registry.example.com/office/portal:9.4.2' });
  const from = draw.between('from', 7, 9.5);
  const to = draw.between('to', 15.5, 18.5);
  return [
    workload(draw, place, names, {
      label: 'active',
      containers: [app],
      activity: [{ ...use(draw, app), pattern: { kind: 'hours', timeZone, weekdays: WORKING_DAYS, from, to } }],
      ...front(draw),
    }),
  ];
}

/** The later visit lies within a week, so that seven days of history show it. */
const visitedTwice: Scenario = (draw, place) => {
  const app = restingApp(draw, { image: 'registry.example.com/legal/archive:2.0.1' });
  const hoursAgo = [draw.between('later', 26, 160), draw.between('earlier', 190, 330)];
  return [
    workload(draw, place, ['contract-archive', 'audit-viewer', 'patent-search'], {
      label: 'active',
      containers: [app],
      activity: [
        {
          ...use(draw, app),
          requestsPerSecond: draw.between('use-requests', 0.02, 0.2),
          pattern: { kind: 'at', hoursAgo, minutes: draw.between('minutes', 2, 20) },
          replicas: [0],
        },
      ],
      ...front(draw),
    }),
  ];
};

export const USED_SCENARIOS = {
  'busy-web': busyWeb,
  'bytes-without-cpu': bytesWithoutCpu,
  'busy-replica': busyReplica,
  'low-traffic-hourly': lowTrafficHourly,
  'low-traffic-daily': lowTrafficDaily,
  'nightly-batch': nightlyBatch,
  'weekly-batch': weeklyBatch,
  'self-scheduler': selfScheduler,
  'office-hours': officeHours,
  'far-time-zone': farTimeZone,
  'visited-twice': visitedTwice,
} as const satisfies Readonly<Record<string, Scenario>>;
