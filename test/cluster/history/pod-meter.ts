/** What cAdvisor shows of one pod, with its labels: made from the described use, step by step. */

import type { ContainerDescription } from '../../../lib/kube/simulated/description.ts';
import { podSeries, type SeriesPeriod } from '../../../lib/kube/simulated/usage.ts';
import { KUBELET_PORT } from '../network.ts';
import { containerId, type MeasuredPod } from './measured.ts';
import { Counter, type Labels, type Series, sumOf } from './series.ts';

const HOUR_MS = 3_600_000;

/** Bytes per second through a node's own interface, which is what cAdvisor shows for pods in the host's network. */
const NODE_TRAFFIC = { received: 180_000, sent: 220_000 };

export type MeterPeriod = Pick<SeriesPeriod, 'nowMs' | 'seed' | 'stepSeconds'>;

/** What a kubelet would say of a container at this moment. */
export interface Reading {
  readonly container: string;
  readonly cpuSeconds: number;
  readonly memoryBytes: number;
}

/** From one start of a container to its end: each has an identity, and so series, of its own. */
interface Life {
  readonly labels: Labels;
  readonly fromMs: number;
  readonly toMs: number;
  readonly cpu: Counter;
}

interface ContainerMeter {
  readonly container: ContainerDescription;
  readonly lives: readonly Life[];
}

/** The last step, for readings in the middle of it. */
interface LastStep {
  readonly startMs: number;
  readonly cpuBefore: ReadonlyMap<string, number>;
  readonly memory: ReadonlyMap<string, number>;
}

export interface Advance {
  readonly series: readonly Series[];
  /** User requests in each step; NaN where the pod was not there. */
  readonly requests: Float64Array;
}

export class PodMeter {
  readonly pod: MeasuredPod;
  readonly #period: MeterPeriod;
  readonly #containers: readonly ContainerMeter[];
  readonly #podCpu: Counter;
  readonly #received: Counter;
  readonly #sent: Counter;
  readonly #labels: { readonly pod: Labels; readonly sandbox: Labels };
  #last: LastStep | undefined;

  /** @param fromMs where the history begins; counters have some past then, if the pod has. */
  constructor(pod: MeasuredPod, period: MeterPeriod, fromMs: number) {
    this.pod = pod;
    this.#period = period;
    const pastSeconds = Math.max(0, fromMs - pod.startMs) / 1000;
    const { containers } = pod.workload;
    this.#containers = containers.map((container) => ({ container, lives: livesOf(pod, container, period.nowMs, pastSeconds) }));
    const cpu = containers.reduce((sum, { usage }) => sum + usage.cpuCores, 0);
    const network = containers.reduce((sum, { usage }) => sum + (usage.networkBytesPerSecond ?? 0), 0);
    this.#podCpu = new Counter(cpu * pastSeconds + 0.1, cpu);
    this.#received = new Counter(network * 0.45 * pastSeconds, network * 0.45);
    this.#sent = new Counter(network * 0.55 * pastSeconds, network * 0.55);
    const shared = podLabels(pod);
    const sandbox = containerId(pod.uid, 'sandbox');
    this.#labels = {
      pod: { ...shared, id: podCgroup(pod) },
      sandbox: {
        ...shared,
        id: `${podCgroup(pod)}/cri-containerd-${sandbox}.scope`,
        image: 'registry.k8s.io/pause:3.10.1',
        name: sandbox,
        interface: 'eth0',
      },
    };
  }

  /** Samples at the ends of the steps from one instant to another, which follow where the last call ended. */
  advance(fromMs: number, toMs: number): Advance {
    const { pod } = this;
    const { stepSeconds } = this.#period;
    const use = podSeries(pod.workload, pod.replica, {
      ...this.#period,
      fromMs,
      toMs,
      podStartMs: pod.startMs,
      ...(pod.endMs !== undefined && { podEndMs: pod.endMs }),
    });
    const startMs = fromMs + stepSeconds * 1000;
    const series = (name: string, labels: Labels, values: Float64Array): Series => ({
      labels: { __name__: name, ...labels },
      startMs,
      stepSeconds,
      values,
    });
    const cpuBefore = new Map(this.#containers.map(({ container, lives }) => [container.name, lives.at(-1)!.cpu.value]));
    const grid = { startMs, stepSeconds };
    const containers = this.#containers.flatMap(({ container, lives }) => {
      const { cpuCores, memoryBytes } = use.containers.get(container.name)!;
      return lives
        .filter((life) => life.fromMs < toMs && life.toMs > fromMs)
        .flatMap((life) => [
          series('container_cpu_usage_seconds_total', life.labels, counted(life.cpu, cpuCores, life, grid)),
          series('container_memory_working_set_bytes', life.labels, within(life, memoryBytes, grid, Number.NaN)),
        ]);
    });
    const life = { fromMs: pod.startMs, toMs: pod.endMs ?? Number.POSITIVE_INFINITY };
    const all = [...use.containers.values()];
    const steps = use.requests.length;
    const cpu = sumOf(
      all.map(({ cpuCores }) => cpuCores),
      steps,
    );
    const memory = sumOf(
      all.map(({ memoryBytes }) => memoryBytes),
      steps,
    );
    const [received, sent] = this.#traffic(use.receiveBytesPerSecond, use.transmitBytesPerSecond);
    this.#last = {
      startMs: toMs - stepSeconds * 1000,
      cpuBefore: steps === 1 ? cpuBefore : new Map(),
      memory: new Map([...use.containers].map(([name, { memoryBytes }]) => [name, memoryBytes.at(-1) ?? Number.NaN])),
    };
    return {
      series: [
        ...containers,
        series('container_cpu_usage_seconds_total', this.#labels.pod, counted(this.#podCpu, cpu, life, grid)),
        series('container_memory_working_set_bytes', this.#labels.pod, memory),
        series('container_network_receive_bytes_total', this.#labels.sandbox, counted(this.#received, received, life, grid)),
        series('container_network_transmit_bytes_total', this.#labels.sandbox, counted(this.#sent, sent, life, grid)),
      ],
      requests: use.requests,
    };
  }

  #traffic(received: Float64Array, sent: Float64Array): readonly [Float64Array, Float64Array] {
    if (!this.pod.workload.hostNetwork) return [received, sent];
    return [
      received.map((value) => (Number.isNaN(value) ? value : NODE_TRAFFIC.received)),
      sent.map((value) => (Number.isNaN(value) ? value : NODE_TRAFFIC.sent)),
    ];
  }

  /** In the middle of the last step, which has been computed ahead. Containers that are in a gap are left out. */
  readings(atMs: number): readonly Reading[] {
    const last = this.#last;
    if (!last) return [];
    const share = Math.min(1, Math.max(0, (atMs - last.startMs) / (this.#period.stepSeconds * 1000)));
    return this.#containers.flatMap(({ container: { name }, lives }) => {
      const memoryBytes = last.memory.get(name) ?? Number.NaN;
      const after = lives.at(-1)!.cpu.value;
      const before = last.cpuBefore.get(name) ?? after;
      return Number.isNaN(memoryBytes) ? [] : [{ container: name, cpuSeconds: before + (after - before) * share, memoryBytes }];
    });
  }
}

/** One life, or two where memory ran out; only the first replica's does. */
function livesOf(pod: MeasuredPod, container: ContainerDescription, nowMs: number, pastSeconds: number): readonly Life[] {
  const { usage, oomKilledHoursAgo } = container;
  const killedMs = oomKilledHoursAgo === undefined || pod.replica > 0 ? undefined : nowMs - oomKilledHoursAgo * HOUR_MS;
  const life = (identity: string, fromMs: number, toMs: number, start: number): Life => ({
    labels: containerLabels(pod, container, identity),
    fromMs,
    toMs,
    // Never nothing: what has used nothing at all is taken for not measured.
    cpu: new Counter(start + 0.05, usage.cpuCores),
  });
  const past = usage.cpuCores * pastSeconds;
  const present = containerId(pod.uid, container.name);
  if (killedMs === undefined || killedMs <= pod.startMs) return [life(present, pod.startMs, Number.POSITIVE_INFINITY, past)];
  return [
    life(containerId(pod.uid, `${container.name}/0`), pod.startMs, killedMs, past),
    life(present, killedMs, Number.POSITIVE_INFINITY, 0),
  ];
}

interface Grid {
  readonly startMs: number;
  readonly stepSeconds: number;
}

type Span = Pick<Life, 'fromMs' | 'toMs'>;

/** Samples of a counter within a span of time; outside of it, it stands still and is not there. */
function counted(counter: Counter, rates: Float64Array, span: Span, grid: Grid): Float64Array {
  return within(span, counter.advance(within(span, rates, grid, 0), grid.stepSeconds), grid, Number.NaN);
}

function within(span: Span, values: Float64Array, { startMs, stepSeconds }: Grid, outside: number): Float64Array {
  return values.map((value, step) => {
    const at = startMs + step * stepSeconds * 1000;
    return at > span.fromMs && at <= span.toMs ? value : outside;
  });
}

function podLabels(pod: MeasuredPod): Labels {
  return {
    namespace: pod.namespace,
    pod: pod.name,
    node: pod.node,
    instance: `${pod.nodeAddress}:${KUBELET_PORT}`,
    job: 'kubelet',
    metrics_path: '/metrics/cadvisor',
    endpoint: 'https-metrics',
    service: 'kubelet',
  };
}

function containerLabels(pod: MeasuredPod, { name, image }: ContainerDescription, identity: string): Labels {
  const id = `${podCgroup(pod)}/cri-containerd-${identity}.scope`;
  return { ...podLabels(pod), container: name, image, name: identity, id };
}

function podCgroup({ uid }: MeasuredPod): string {
  const slice = `kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`;
  return `/kubepods.slice/kubepods-burstable.slice/${slice}`;
}
