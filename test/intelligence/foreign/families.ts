/** The families of cases, one for each entry of the list of scenarios, with parameters drawn widely. */

import type { Verdict } from '../../../lib/types/idle.ts';
import type { Chance } from './chance.ts';
import type { Noise, Probe, Story, Use } from './story.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const MINUTE_MS = 60_000;

export interface Moment {
  readonly nowMs: number;
  readonly timeZone: string;
}

type Family = (chance: Chance, moment: Moment) => Story;
type Parts = Partial<Story> & { readonly label: Verdict };

const NAMES = ['checkout', 'ledger', 'parcel', 'quotes', 'tickets', 'library', 'atlas', 'pulse', 'harbor', 'mint'];
const SUFFIXES = ['api', 'svc', 'web', 'app', 'core', 'ui', 'gateway', 'engine'];

const nameOf = (chance: Chance): string => `${chance.pick(NAMES)}-${chance.pick(SUFFIXES)}`;

function noiseOf(chance: Chance): Noise {
  return {
    sigma: chance.between(0.05, 0.4),
    memory: chance.pick([0, 0, 0.3, 0.7, 0.9]),
    bursts: chance.pick([0, 0, 0, 0, 0, 0.0005]),
    burstFactor: chance.between(1.5, 3),
  };
}

function probesOf(chance: Chance, everySeconds = chance.pick([3, 5, 10, 10, 15, 30])): readonly Probe[] {
  const probe = (type: Probe['type']): Probe => ({ type, handler: 'http', everySeconds, bytes: chance.between(500, 1200) });
  return chance.pick([[probe('readiness')], [probe('readiness'), probe('liveness')], [probe('liveness')]]);
}

/** A workload at rest: CPU and network such that the rule's limits are kept by a margin that is sometimes small. */
function story(chance: Chance, parts: Parts): Story {
  const stepSeconds = parts.stepSeconds ?? chance.pick([15, 30, 60, 60, 120, 300, 300]);
  const days = parts.days ?? chance.pick(stepSeconds < 60 ? [4, 5, 7] : stepSeconds < 300 ? [4, 7, 14] : [7, 14, 21, 30]);
  const ageHours = parts.ageHours ?? Math.round(chance.between(32, 400) * 24);
  return {
    family: '',
    used: parts.label === 'active',
    kind: 'Deployment',
    name: nameOf(chance),
    image: `harbor.example.org/team/${chance.pick(NAMES)}:${chance.whole(1, 9)}.${chance.whole(0, 20)}`,
    replicas: chance.whole(1, 3),
    ageHours,
    podAgeHours: Math.min(ageHours, chance.between(8, 60) * 24),
    requestCores: chance.pick([0.01, 0.05, 0.1, 0.2, 0.25, 0.5, 1, 2, 4]),
    requestBytes: chance.pick([64, 128, 256, 512, 1024, 4096]) * 2 ** 20,
    cpuShare: chance.scale(0.0005, 0.015),
    memoryShare: chance.between(0.05, 0.8),
    memoryShape: chance.pick(['flat', 'flat', 'sawtooth', 'leak', 'rotation']),
    noise: noiseOf(chance),
    probes: probesOf(chance),
    scrape: undefined,
    chatter: chance.scale(5, 350),
    sidecars: [],
    uses: [],
    counter: chance.pick([
      undefined,
      undefined,
      'nginx_ingress_controller_requests',
      'istio_requests_total',
      'http_requests_total',
    ]),
    stepSeconds,
    days,
    gaps: [],
    lost: chance.pick([0, 0, 0.005, 0.02, 0.05, 0.1]),
    withheld: [],
    labels: {},
    annotations: {},
    hostNetwork: false,
    lease: undefined,
    scaler: undefined,
    budget: undefined,
    restartedHoursAgo: undefined,
    ready: true,
    ...parts,
  };
}

/** Plain use between two instants. */
function usedFrom(chance: Chance, of: Story, fromMs: number, toMs: number, replica?: number): Use {
  return {
    fromMs,
    toMs,
    cores: (of.requestCores ?? 0.05) * chance.between(0.12, 0.7),
    bytesPerSecond: chance.scale(4_000, 400_000),
    requests: Math.ceil(((toMs - fromMs) / 1000) * chance.scale(0.2, 20)),
    ...(replica !== undefined && { replica }),
  };
}

const historyStart = (of: Story, { nowMs }: Moment): number => nowMs - of.days * DAY_MS;

/** Local days that touch a period, as their midnights. */
function midnights(timeZone: string, fromMs: number, toMs: number): readonly Temporal.PlainDate[] {
  const day = (ms: number): Temporal.PlainDate =>
    Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate();
  const days: Temporal.PlainDate[] = [];
  for (let at = day(fromMs - DAY_MS); Temporal.PlainDate.compare(at, day(toMs)) <= 0; at = at.add({ days: 1 })) days.push(at);
  return days;
}

function localMs(day: Temporal.PlainDate, hours: number, timeZone: string): number {
  return day
    .toPlainDateTime('00:00')
    .add({ minutes: Math.round(hours * 60) })
    .toZonedDateTime(timeZone).epochMilliseconds;
}

function repeated(fromMs: number, toMs: number, everyMs: number, firstBackMs: number): readonly number[] {
  const starts: number[] = [];
  for (let at = toMs - firstBackMs; at > fromMs; at -= everyMs) starts.push(at);
  return starts;
}

const idle =
  (parts: (chance: Chance) => Partial<Story>): Family =>
  (chance) =>
    story(chance, { label: 'idle', ...parts(chance) });

const FRACTIONAL_COUNTERS = [
  'nginx_ingress_controller_requests',
  'istio_requests_total',
  'http_requests_total',
  'traefik_service_requests_total',
];

/** One request: visible bytes where no counter sees it. */
function single(chance: Chance, of: Story, atMs: number): Use {
  const seconds = chance.between(0.5, 5);
  const bytes = of.counter ? chance.scale(1_000, 100_000) : Math.max(40 * of.stepSeconds * 20, 200_000) * chance.between(1, 5);
  return {
    fromMs: atMs,
    toMs: atMs + seconds * 1000,
    cores: chance.between(0.02, 0.5) / seconds,
    bytesPerSecond: bytes / seconds,
    requests: 1,
    replica: 0,
  };
}

const lowTraffic =
  (everyHours: number): Family =>
  (chance, moment) => {
    const counter = chance.happens(0.6) ? chance.pick(FRACTIONAL_COUNTERS) : undefined;
    const base = story(chance, {
      label: 'active',
      counter,
      chatter: chance.scale(5, 150),
      ...(everyHours >= 24 && { days: chance.pick([3, 7, 14]) }),
    });
    const quiet = counter ? base : { ...base, noise: { ...base.noise, sigma: Math.min(0.2, base.noise.sigma) } };
    const every = everyHours * HOUR_MS;
    const starts = repeated(historyStart(quiet, moment), moment.nowMs, every, chance.between(0.05, 0.95) * every);
    return {
      ...quiet,
      uses: starts
        .map((at) => single(chance, quiet, at + chance.between(-0.04, 0.04) * every))
        .filter((use) => use.toMs < moment.nowMs),
    };
  };

const batchAt =
  (weekly: boolean): Family =>
  (chance, moment) => {
    const base = story(chance, {
      label: 'active',
      replicas: 1,
      counter: undefined,
      days: weekly ? chance.pick([8, 14]) : chance.pick([2, 4, 7, 14]),
      stepSeconds: weekly ? 300 : 60,
    });
    const [at, minutes, weekday] = [
      weekly ? chance.between(0, 23) : chance.between(0, 5),
      chance.between(5, 150),
      chance.whole(1, 7),
    ];
    const uses = midnights(moment.timeZone, historyStart(base, moment), moment.nowMs)
      .filter((day) => !weekly || day.dayOfWeek === weekday)
      .map((day) => localMs(day, at + chance.between(-0.1, 0.1), moment.timeZone))
      .map((from) => usedFrom(chance, base, from, from + minutes * MINUTE_MS));
    return { ...base, uses };
  };

const officeHours =
  (zones: readonly string[]): Family =>
  (chance, moment) => {
    const timeZone = zones.length > 0 ? chance.pick(zones) : moment.timeZone;
    const base = story(chance, { label: 'active', days: chance.pick([4, 7, 14]) });
    const [from, to] = [chance.between(7, 9.5), chance.between(15, 19)];
    const uses = midnights(timeZone, historyStart(base, moment), moment.nowMs)
      .filter((day) => day.dayOfWeek <= 5)
      .map((day) => usedFrom(chance, base, localMs(day, from, timeZone), localMs(day, to, timeZone)));
    return { ...base, uses };
  };

export const FAMILIES: Readonly<Record<string, Family>> = {
  'forgotten staging': idle((chance) => ({ name: `${nameOf(chance)}-staging` })),
  'probed each second': idle((chance) => ({ probes: probesOf(chance, 1), chatter: chance.scale(5, 150) })),
  'probed each ten seconds': idle((chance) => ({ probes: probesOf(chance, 10) })),
  'sidecar noise': idle((chance) => {
    const counter = chance.happens(0.6) ? 'istio_requests_total' : undefined;
    return {
      counter,
      chatter: chance.scale(1, 50),
      sidecars: [
        {
          name: 'istio-proxy',
          image: 'docker.io/istio/proxyv2:1.26.0',
          cores: chance.between(0.003, 0.05),
          bytes: chance.between(50, counter ? 1500 : 350),
        },
        ...(chance.happens(0.5)
          ? [
              {
                name: 'log-shipper',
                image: 'fluent/fluent-bit:3.2',
                cores: chance.between(0.001, 0.01),
                bytes: chance.between(10, 200),
              },
            ]
          : []),
      ],
    };
  }),
  'scraped metrics': idle((chance) => {
    const everySeconds = chance.pick([15, 30, 60]);
    const told = chance.happens(0.7);
    const bytes = told ? chance.scale(3_000, 1_800 * everySeconds) : chance.scale(2_000, 600 * everySeconds);
    return {
      scrape: { everySeconds, bytes },
      annotations: told ? { 'prometheus.io/scrape': 'true' } : {},
      chatter: chance.scale(1, 60),
      stepSeconds: chance.pick([15, 30, 60, 120, 300]),
    };
  }),
  cache: idle((chance) => ({
    kind: 'Deployment',
    name: `${chance.pick(NAMES)}-cache`,
    image: chance.pick(['docker.io/library/redis:7.4', 'docker.io/library/memcached:1.6']),
    replicas: 1,
    memoryShare: chance.between(0.6, 0.95),
    memoryShape: 'flat',
    probes: [{ type: 'liveness', handler: 'tcp', everySeconds: 10, bytes: 400 }],
  })),
  'queue worker': idle((chance) => ({
    name: `${chance.pick(NAMES)}-worker`,
    probes: [{ type: 'liveness', handler: 'exec', everySeconds: 30, bytes: 0 }],
    chatter: chance.scale(20, 500),
    noise: { ...noiseOf(chance), sigma: chance.between(0.05, 0.15) },
    counter: undefined,
  })),
  'garbage collection': idle((chance) => ({
    image: 'harbor.example.org/erp/orders:17-jre',
    requestCores: chance.pick([0.5, 1, 2]),
    cpuShare: 0.03,
    memoryShape: 'sawtooth',
    noise: { sigma: chance.between(0.03, 0.2), memory: chance.pick([0, 0.5]), bursts: 0, burstFactor: 1 },
  })),
  'without requests': idle((chance) => ({
    requestCores: undefined,
    requestBytes: undefined,
    cpuShare: chance.scale(0.001, 0.015),
  })),
  'autoscaler at its floor': idle((chance) => {
    const min = chance.whole(1, 3);
    return { replicas: min, scaler: { min, max: min + chance.whole(1, 8) } };
  }),
  'used until three weeks ago': (chance, moment) => {
    const base = story(chance, { label: 'idle', stepSeconds: 300, days: 30, podAgeHours: 45 * 24 });
    const end = moment.nowMs - chance.between(17, 25) * DAY_MS;
    return { ...base, uses: [usedFrom(chance, base, historyStart(base, moment), end)] };
  },
  'start-up spike': (chance, moment) => {
    const podAgeHours = chance.between(80, 200);
    const base = story(chance, { label: 'idle', podAgeHours, ageHours: podAgeHours + chance.pick([0, 400]) });
    const startMs = moment.nowMs - podAgeHours * HOUR_MS;
    return { ...base, uses: [{ ...usedFrom(chance, base, startMs, startMs + chance.between(1, 50) * MINUTE_MS), requests: 0 }] };
  },
  'gap before the runs': idle((chance) => {
    const end = chance.between(8, 14);
    return { gaps: [[end + chance.between(0.4, 4), end]] };
  }),
  'bare pod': idle(() => ({ kind: 'Pod', replicas: 1, probes: [], counter: undefined })),
  'stateful set': idle((chance) => ({
    kind: 'StatefulSet',
    image: 'harbor.example.org/team/files:3',
    replicas: chance.whole(1, 2),
  })),

  'busy web': (chance, moment) => {
    const base = story(chance, { label: 'active' });
    return { ...base, uses: [usedFrom(chance, base, historyStart(base, moment), moment.nowMs)] };
  },
  'one busy replica of three': (chance, moment) => {
    const base = story(chance, { label: 'active', replicas: 3 });
    return { ...base, uses: [usedFrom(chance, base, historyStart(base, moment), moment.nowMs, chance.whole(0, 2))] };
  },
  'bytes without CPU': (chance, moment) => {
    const base = story(chance, { label: 'active', counter: undefined });
    return { ...base, uses: [{ ...usedFrom(chance, base, historyStart(base, moment), moment.nowMs), cores: 0 }] };
  },
  'one request an hour': lowTraffic(1),
  'one request a day': lowTraffic(24),
  'nightly batch': batchAt(false),
  'weekly batch': batchAt(true),
  'self-scheduler': (chance, moment) => {
    const base = story(chance, { label: 'active', replicas: 1, counter: undefined });
    const every = chance.pick([10, 15, 30, 60, 120, 240]) * MINUTE_MS;
    const starts = repeated(historyStart(base, moment), moment.nowMs, every, chance.uniform() * every);
    return {
      ...base,
      uses: starts.map((at) => ({
        ...usedFrom(chance, base, at, at + chance.between(1, 6) * MINUTE_MS),
        cores: (base.requestCores ?? 0.05) * chance.between(0.5, 1.5),
        requests: 0,
      })),
    };
  },
  'office hours': officeHours([]),
  'far time zone': officeHours(['Pacific/Auckland', 'Pacific/Honolulu', 'Asia/Kathmandu', 'America/Anchorage', 'Asia/Tokyo']),
  'visited twice': (chance, moment) => {
    const base = story(chance, { label: 'active', stepSeconds: chance.pick([120, 300]), days: 14 });
    const uses = [chance.between(26, 150), chance.between(170, 320)].map((hours) => {
      const from = moment.nowMs - hours * HOUR_MS;
      return usedFrom(chance, base, from, from + chance.between(2, 30) * MINUTE_MS, 0);
    });
    return { ...base, uses };
  },

  'leader election': (chance) => story(chance, { label: 'active', used: false, replicas: 2, lease: 'own', counter: undefined }),
  'standby of a pair': (chance) =>
    story(chance, {
      label: 'active',
      used: false,
      replicas: 1,
      name: `${nameOf(chance)}-${chance.pick(['standby', 'b', '1', 'secondary'])}`,
      lease: 'other',
      counter: undefined,
    }),
  'blue and green': (chance) => {
    const colour = chance.pick(['blue', 'green']);
    return story(chance, {
      label: 'active',
      used: false,
      name: `${nameOf(chance)}-${colour}`,
      labels: { [chance.pick(['color', 'slot', 'track'])]: colour },
    });
  },
  'database replica': (chance) =>
    story(chance, {
      label: 'active',
      used: false,
      kind: 'StatefulSet',
      name: `${chance.pick(NAMES)}-db-${chance.pick(['replica', 'read', 'secondary'])}`,
      image: chance.pick(['docker.io/library/postgres:16', 'docker.io/library/mysql:8.4', 'docker.io/bitnami/mongodb:7']),
      labels: chance.pick([{ role: 'replica' }, { 'app.kubernetes.io/component': 'secondary' }, { role: 'replica' }]),
    }),
  quorum: (chance) =>
    story(chance, {
      label: 'active',
      used: false,
      kind: 'StatefulSet',
      replicas: 3,
      budget: chance.pick([{ minAvailable: 2 }, { maxUnavailable: 1 }]),
    }),
  'daemon set': (chance) => story(chance, { label: 'active', used: false, kind: 'DaemonSet' }),
  'job run': (chance) =>
    story(chance, { label: 'active', used: false, kind: 'Job', replicas: 1, podAgeHours: chance.between(1, 40), ageHours: 40 }),

  'just deployed': (chance, moment) => {
    const podAgeHours = chance.between(0.5, 20);
    const base = story(chance, { label: 'unknown', ageHours: podAgeHours, podAgeHours });
    const startMs = moment.nowMs - podAgeHours * HOUR_MS;
    const spike = { ...usedFrom(chance, base, startMs, startMs + chance.between(1, 25) * MINUTE_MS), requests: 0 };
    return { ...base, uses: chance.happens(0.5) ? [spike] : [] };
  },
  'rolled out today': (chance) => story(chance, { label: 'unknown', podAgeHours: chance.between(1, 20) }),
  'restarted today': (chance) => story(chance, { label: 'unknown', restartedHoursAgo: chance.between(2, 20) }),
  'crash loop': (chance) => story(chance, { label: 'unknown', ready: false }),
  'gap within the runs': (chance) => {
    const end = chance.between(0.5, 1.8);
    return story(chance, { label: 'unknown', gaps: [[end + chance.between(1.2, 8), end]], counter: undefined });
  },
  'metrics ended': (chance) => story(chance, { label: 'unknown', gaps: [[chance.between(5, 20), 0]] }),
  'no network': (chance) => story(chance, { label: 'unknown', withheld: ['network'], counter: undefined }),
  'no CPU': (chance) => story(chance, { label: 'unknown', withheld: ['cpu'] }),
  'three hours of history': (chance) => story(chance, { label: 'unknown', days: chance.between(0.05, 0.15) }),
  'host network': (chance) => story(chance, { label: 'unknown', hostNetwork: true, counter: undefined, replicas: 1 }),
};
