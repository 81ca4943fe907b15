/** Stories to cases: Kubernetes objects as the API returns them, samples and counted requests, as one object for one line. */

import type { Verdict } from '../../../lib/types/idle.ts';
import { Chance } from './chance.ts';
import { FAMILIES, type Moment } from './families.ts';
import type { Story } from './story.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Raw = Readonly<Record<string, unknown>>;

export interface LabelledCase {
  readonly family: string;
  readonly label: Verdict;
  readonly used: boolean;
  readonly story: Story;
  /** As one line of the input. */
  readonly line: Raw;
}

export const FAMILY_NAMES: readonly string[] = Object.keys(FAMILIES);

const ZONES = [
  'Europe/Berlin',
  'America/Chicago',
  'Asia/Singapore',
  'UTC',
  'Australia/Sydney',
  'America/Sao_Paulo',
  'Asia/Kolkata',
];

/** A case of a family; the same seed makes the same one. */
export function foreignCase(family: string, seed: number): LabelledCase {
  const chance = new Chance(seed * 1009 + FAMILY_NAMES.indexOf(family));
  const moment: Moment = {
    nowMs: Math.floor(chance.between(Date.UTC(2024, 0, 1), Date.UTC(2027, 0, 1)) / 1000) * 1000,
    timeZone: chance.pick(ZONES),
  };
  const story = FAMILIES[family]!(chance, moment);
  return { family, label: story.label, used: story.used, story, line: lineOf(`${family} ${seed}`, story, moment, chance) };
}

function lineOf(name: string, story: Story, moment: Moment, chance: Chance): Raw {
  const pods = Array.from({ length: story.replicas }, (_, replica) => podName(story, replica, chance));
  const start = startMs(story, moment);
  const former = story.podAgeHours < story.ageHours && start > moment.nowMs - story.days * DAY_MS;
  return {
    case: name,
    now: new Date(moment.nowMs).toISOString(),
    timezone: moment.timeZone,
    ...(chance.happens(0.7) && { businessHours: 'Mon-Fri 08:00-18:00' }),
    stepSeconds: story.stepSeconds,
    objects: objectsOf(story, moment, pods, chance),
    samples: [
      ...pods.flatMap((pod, replica) => samplesOf(story, moment, pod, replica, start, moment.nowMs, chance)),
      ...(former && story.kind === 'Deployment'
        ? pods.flatMap((pod, replica) =>
            samplesOf(story, moment, `${story.name}-7c9d8f6b5-${pod.slice(-5)}`, replica, 0, start, chance),
          )
        : []),
    ],
    requests: requestsOf(story, moment, chance),
  };
}

function startMs({ podAgeHours }: Story, { nowMs }: Moment): number {
  return nowMs - podAgeHours * HOUR_MS;
}

const HASH = '6f7d9c5b48';

function podName({ kind, name }: Story, replica: number, chance: Chance): string {
  if (kind === 'Pod') return name;
  if (kind === 'StatefulSet') return `${name}-${replica}`;
  return kind === 'Deployment' ? `${name}-${HASH}-${chance.word(5)}` : `${name}-${chance.word(5)}`;
}

/** Deviations of a level from one step to the next. */
function deviations({ noise }: Story, chance: Chance): () => number {
  let state = chance.normal();
  const fresh = Math.sqrt(1 - noise.memory ** 2);
  return () => {
    state = noise.memory * state + fresh * chance.normal();
    const burst = chance.happens(noise.bursts) ? noise.burstFactor : 1;
    return Math.exp(noise.sigma * state) * burst;
  };
}

function samplesOf(
  story: Story,
  moment: Moment,
  pod: string,
  replica: number,
  fromMs: number,
  toMs: number,
  chance: Chance,
): readonly Raw[] {
  const { stepSeconds, days, uses } = story;
  const stepMs = stepSeconds * 1000;
  const steps = Math.floor((days * DAY_MS) / stepMs);
  const start = moment.nowMs - steps * stepMs;
  const alive = (step: number): boolean => {
    const at = start + step * stepMs;
    const hoursAgo = (moment.nowMs - at) / HOUR_MS;
    return at >= fromMs && at + stepMs <= toMs && !story.gaps.some(([from, to]) => hoursAgo <= from && hoursAgo > to);
  };
  const [cores, bytes] = [new Float64Array(steps), new Float64Array(steps)];
  for (const use of uses) {
    if (use.replica !== undefined && use.replica !== replica) continue;
    const first = Math.max(0, Math.floor((use.fromMs - start) / stepMs));
    const last = Math.min(steps - 1, Math.floor((use.toMs - 1 - start) / stepMs));
    for (let step = first; step <= last; step++) {
      const at = start + step * stepMs;
      const share = (Math.min(use.toMs, at + stepMs) - Math.max(use.fromMs, at)) / stepMs;
      const uneven = Math.max(0.3, 1 + 0.25 * chance.normal());
      cores[step]! += share * use.cores * uneven;
      bytes[step]! += share * use.bytesPerSecond * uneven;
    }
  }
  const series = (container: string, metric: string, valueAt: (step: number) => number, digits: number): Raw => ({
    pod,
    container,
    metric,
    start: new Date(start).toISOString(),
    values: Array.from({ length: steps }, (_, step) => {
      const value = valueAt(step);
      return !alive(step) || chance.happens(story.lost) ? null : Number(value.toPrecision(digits));
    }),
  });
  const rest = story.cpuShare * (story.requestCores ?? 0.01);
  const cpuNoise = deviations(story, chance);
  const held = story.memoryShare * (story.requestBytes ?? 128 * 2 ** 20);
  const phase = chance.uniform();
  const memory = (step: number): number => {
    const t = (step * stepSeconds) / 3600;
    const turn = (t / 3 + phase) % 1;
    const shape = {
      flat: 1,
      sawtooth: 0.8 + 0.2 * turn,
      leak: 0.7 + (0.3 * step) / steps,
      rotation: 1 + (turn < 0.05 ? 0.015 : 0),
    }[story.memoryShape];
    return held * shape * (1 + 0.001 * chance.normal());
  };
  const own = ownBytes(story, chance);
  const lastReceived = 0.45 + 0.1 * chance.uniform();
  const traffic = Float64Array.from({ length: steps }, (_, step) => own(step) + bytes[step]!);
  return [
    ...(story.withheld.includes('cpu') ? [] : [series('app', 'cpuCores', (step) => rest * cpuNoise() + cores[step]!, 5)]),
    ...(story.withheld.includes('memory') ? [] : [series('app', 'memoryBytes', memory, 9)]),
    ...story.sidecars.map((sidecar) => {
      const noise = deviations({ ...story, noise: { ...story.noise, sigma: 0.3 } }, chance);
      return series(sidecar.name, 'cpuCores', () => sidecar.cores * noise(), 5);
    }),
    ...(story.withheld.includes('network')
      ? []
      : [
          series('', 'networkReceiveBytesPerSecond', (step) => traffic[step]! * lastReceived, 6),
          series('', 'networkTransmitBytesPerSecond', (step) => traffic[step]! * (1 - lastReceived), 6),
        ]),
  ];
}

/** Probes and scrapes fall into steps one by one; the rest is steady but for noise. */
function ownBytes(story: Story, chance: Chance): (step: number) => number {
  const { stepSeconds } = story;
  const noise = deviations(story, chance);
  const chatter = story.chatter + story.sidecars.reduce((sum, { bytes }) => sum + bytes, 0);
  const events = [
    ...story.probes
      .filter(({ type }) => type !== 'startup')
      .map(({ everySeconds, bytes }) => ({ everySeconds, bytes, phase: chance.uniform() })),
    ...(story.scrape ? [{ ...story.scrape, phase: chance.uniform() }] : []),
  ];
  return (step) => {
    const counted = events.reduce((sum, { everySeconds, bytes, phase }) => {
      const upTo = (at: number): number => Math.floor((at * stepSeconds) / everySeconds + phase);
      return sum + ((upTo(step + 1) - upTo(step)) * bytes * (1 + 0.01 * chance.normal())) / stepSeconds;
    }, 0);
    return chatter * noise() + counted;
  };
}

function requestsOf(story: Story, moment: Moment, chance: Chance): readonly Raw[] {
  if (!story.counter) return [];
  const stepMs = story.stepSeconds * 1000;
  const steps = Math.floor((story.days * DAY_MS) / stepMs);
  const start = moment.nowMs - steps * stepMs;
  const counts = new Float64Array(steps);
  for (const use of story.uses) {
    const first = Math.max(0, Math.floor((use.fromMs - start) / stepMs));
    const last = Math.min(steps - 1, Math.floor((use.toMs - 1 - start) / stepMs));
    for (let request = 0; request < Math.min(use.requests, 50_000); request++) {
      const step = first + Math.floor(chance.uniform() * (last - first + 1));
      if (step >= first && step <= last) counts[step]! += 1;
    }
  }
  const gap = (step: number): boolean => {
    const hoursAgo = (moment.nowMs - start - step * stepMs) / HOUR_MS;
    return story.gaps.some(([from, to]) => hoursAgo <= from && hoursAgo > to);
  };
  return [
    {
      source: story.counter,
      start: new Date(start).toISOString(),
      values: Array.from(counts, (value, step) => (gap(step) ? null : value)),
    },
  ];
}

function objectsOf(story: Story, moment: Moment, pods: readonly string[], chance: Chance): readonly Raw[] {
  const { nowMs } = moment;
  const namespace = chance.pick(['default', 'team-a', 'prod', 'apps']);
  const labels = { 'app.kubernetes.io/name': story.name, ...story.labels };
  const born = new Date(nowMs - story.ageHours * HOUR_MS).toISOString();
  const started = new Date(startMs(story, moment)).toISOString();
  const spec = podSpec(story);
  const template = { metadata: { labels, annotations: story.annotations }, spec };
  const meta = (kind: string, name: string): Raw => ({
    name,
    namespace,
    uid: `${kind}-${name}-uid`.toLowerCase(),
    creationTimestamp: born,
    labels,
  });
  const owner = (apiVersion: string, kind: string, name: string): Raw => ({
    ownerReferences: [
      { apiVersion, kind, name, uid: `${kind}-${name}-uid`.toLowerCase(), controller: true, blockOwnerDeletion: true },
    ],
  });
  const top: Raw[] = [];
  if (story.kind === 'Deployment') {
    top.push({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: meta('Deployment', story.name),
      spec: { replicas: story.replicas, selector: { matchLabels: labels }, template },
    });
    for (const hash of [HASH, '7c9d8f6b5']) {
      const name = `${story.name}-${hash}`;
      top.push({
        apiVersion: 'apps/v1',
        kind: 'ReplicaSet',
        metadata: { ...meta('ReplicaSet', name), ...owner('apps/v1', 'Deployment', story.name) },
        spec: { replicas: hash === HASH ? story.replicas : 0, selector: { matchLabels: labels }, template },
      });
    }
  } else if (story.kind !== 'Pod') {
    const apiVersion = story.kind === 'Job' ? 'batch/v1' : 'apps/v1';
    top.push({
      apiVersion,
      kind: story.kind,
      metadata: meta(story.kind, story.name),
      spec: {
        ...(story.kind === 'StatefulSet' && { replicas: story.replicas, serviceName: story.name }),
        selector: { matchLabels: labels },
        template,
      },
    });
  }
  const ownerOfPods = {
    Deployment: owner('apps/v1', 'ReplicaSet', `${story.name}-${HASH}`),
    StatefulSet: owner('apps/v1', 'StatefulSet', story.name),
    DaemonSet: owner('apps/v1', 'DaemonSet', story.name),
    Job: owner('batch/v1', 'Job', story.name),
    Pod: {},
  }[story.kind];
  const restart =
    story.restartedHoursAgo === undefined ? undefined : new Date(nowMs - story.restartedHoursAgo * HOUR_MS).toISOString();
  const podObjects = pods.map(
    (name): Raw => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        ...meta('Pod', name),
        creationTimestamp: started,
        labels: { ...labels, ...(story.kind === 'Deployment' && { 'pod-template-hash': HASH }) },
        annotations: story.annotations,
        ...ownerOfPods,
      },
      spec: { ...spec, nodeName: 'node-1', serviceAccountName: 'default' },
      status: {
        phase: 'Running',
        startTime: started,
        podIP: '10.0.0.7',
        conditions: [
          { type: 'Initialized', status: 'True' },
          { type: 'Ready', status: story.ready ? 'True' : 'False' },
        ],
        containerStatuses: [{ name: 'app', image: story.image }, ...story.sidecars].map(({ name, image }) => ({
          name,
          image,
          ready: story.ready,
          restartCount: restart === undefined ? 0 : 1,
          state: { running: { startedAt: restart ?? started } },
          ...(restart !== undefined && { lastState: { terminated: { reason: 'Error', exitCode: 1, finishedAt: restart } } }),
        })),
      },
    }),
  );
  return [...top, ...podObjects, ...around(story, moment, namespace, pods, labels)];
}

function podSpec(story: Story): Raw {
  const probe = ({ handler, everySeconds }: Story['probes'][number]): Raw => ({
    ...{
      http: { httpGet: { path: '/healthz', port: 8080, scheme: 'HTTP' } },
      tcp: { tcpSocket: { port: 6379 } },
      exec: { exec: { command: ['true'] } },
      grpc: { grpc: { port: 9000 } },
    }[handler],
    periodSeconds: everySeconds,
    timeoutSeconds: 1,
    failureThreshold: 3,
  });
  const held = {
    ...(story.requestCores !== undefined && { cpu: `${Math.round(story.requestCores * 1000)}m` }),
    ...(story.requestBytes !== undefined && { memory: `${story.requestBytes / 2 ** 20}Mi` }),
  };
  const probes = Object.fromEntries(story.probes.map((each) => [`${each.type}Probe`, probe(each)]));
  return {
    containers: [
      { name: 'app', image: story.image, resources: { requests: held }, ...probes },
      ...story.sidecars.map(({ name, image }) => ({ name, image, resources: { requests: { cpu: '10m', memory: '40Mi' } } })),
    ],
    ...(story.hostNetwork && { hostNetwork: true }),
  };
}

function around(story: Story, { nowMs }: Moment, namespace: string, pods: readonly string[], labels: Raw): readonly Raw[] {
  const objects: Raw[] = [];
  if (story.scaler) {
    const { min, max } = story.scaler;
    objects.push({
      apiVersion: 'autoscaling/v2',
      kind: 'HorizontalPodAutoscaler',
      metadata: { name: story.name, namespace },
      spec: {
        minReplicas: min,
        maxReplicas: max,
        scaleTargetRef: { apiVersion: 'apps/v1', kind: story.kind, name: story.name },
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } } }],
      },
      status: { currentReplicas: min, desiredReplicas: min },
    });
  }
  if (story.budget) {
    objects.push({
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: story.name, namespace },
      spec: { ...story.budget, selector: { matchLabels: labels } },
    });
  }
  if (story.lease) {
    const base = story.name.replace(/-(standby|b|1|secondary)$/, '');
    const holder = story.lease === 'own' ? pods[0]! : `${base}-${story.name.endsWith('-1') ? '0' : '6b8c9d7f5-qwx2z'}`;
    objects.push({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: `${base}-leader`, namespace },
      spec: {
        holderIdentity: `${holder}_0b1c2d3e`,
        leaseDurationSeconds: 15,
        renewTime: new Date(nowMs - 4000).toISOString(),
        leaseTransitions: 2,
      },
    });
  }
  return objects;
}
