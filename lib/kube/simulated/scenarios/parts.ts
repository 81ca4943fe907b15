/** What scenarios are put together from: containers that rest, their probes, their agents, and what users cause. */

import type { ContainerDescription, ProbeDescription, WorkloadDescription } from '../description.ts';
import type { Draw, Place } from './draw.ts';

export const MEBIBYTE = 2 ** 20;

const HOURS_A_DAY = 24;

/** Bytes of an HTTP probe on the wire, both directions: science of probes says 500 to 1,200. */
const PROBE_BYTES = [520, 1180] as const;

export interface RestingApp {
  readonly image: string;
  readonly name?: string;
  /** CPU at rest as a share of the request. */
  readonly cpuShare?: number;
  readonly noise?: number;
  readonly probeSeconds?: number;
  /** Steady traffic besides probes, bytes per second. */
  readonly networkBytesPerSecond?: number;
  /** Working set as a share of the request. */
  readonly memoryShare?: number;
}

/** A container at rest: well below a twentieth of its CPU request even where its noise is highest. */
export function restingApp(draw: Draw, parts: RestingApp): ContainerDescription {
  const millicores = draw.pick('cpu-request', [50, 100, 200, 250, 500]);
  const mebibytes = draw.pick('memory-request', [64, 128, 256, 512, 1024]);
  const probeSeconds = parts.probeSeconds ?? draw.pick('probe-seconds', [5, 10, 10, 15, 30]);
  return {
    name: parts.name ?? 'app',
    image: parts.image,
    requests: { cpu: `${millicores}m`, memory: `${mebibytes}Mi` },
    ...(draw.between('limited', 0, 1) < 0.6 && {
      limits: { memory: `${mebibytes * draw.pick('memory-limit', [1, 2])}Mi` },
    }),
    probes: httpProbes(draw, probeSeconds),
    ports: [{ name: 'http', port: 8080 }],
    usage: {
      cpuCores: (millicores / 1000) * (parts.cpuShare ?? draw.ratio('cpu-share', 0.002, 0.02)),
      noise: parts.noise ?? draw.between('noise', 0.05, 0.2),
      memoryBytes: mebibytes * MEBIBYTE * (parts.memoryShare ?? draw.between('memory-share', 0.15, 0.7)),
      networkBytesPerSecond: parts.networkBytesPerSecond ?? draw.between('network', 0, 250),
    },
  };
}

/** Readiness and liveness, as most charts set them. */
export function httpProbes(draw: Draw, periodSeconds: number): readonly ProbeDescription[] {
  const probe = (type: 'readiness' | 'liveness'): ProbeDescription => ({
    type,
    handler: 'http',
    periodSeconds,
    path: draw.pick('probe-path', ['/healthz', '/health', '/ready', '/livez']),
    port: 8080,
    bytes: Math.round(draw.between(`${type}-bytes`, ...PROBE_BYTES)),
  });
  return [probe('readiness'), probe('liveness')];
}

/** A mesh proxy that works for the mesh alone: configuration, certificates, its own metrics. */
export function meshProxy(draw: Draw, networkBytesPerSecond: number): ContainerDescription {
  return {
    name: 'istio-proxy',
    image: 'docker.io/istio/proxyv2:1.27.1',
    requests: { cpu: '100m', memory: '128Mi' },
    limits: { cpu: '2', memory: '1Gi' },
    usage: {
      cpuCores: draw.between('proxy-cpu', 0.004, 0.03),
      noise: 0.3,
      memoryBytes: draw.between('proxy-memory', 45, 90) * MEBIBYTE,
      networkBytesPerSecond,
    },
  };
}

/** A log agent that ships what the proxy and the probes write. */
export function logAgent(draw: Draw, networkBytesPerSecond: number): ContainerDescription {
  return {
    name: 'fluent-bit',
    image: 'cr.fluentbit.io/fluent/fluent-bit:4.1.0',
    requests: { cpu: '20m', memory: '32Mi' },
    usage: {
      cpuCores: draw.between('agent-cpu', 0.002, 0.01),
      noise: 0.3,
      memoryBytes: draw.between('agent-memory', 15, 30) * MEBIBYTE,
      networkBytesPerSecond,
    },
  };
}

/** Cores that a container asks for. */
export function requestedCores(container: ContainerDescription): number {
  const text = container.requests?.cpu ?? '10m';
  return text.endsWith('m') ? Number(text.slice(0, -1)) / 1000 : Number(text);
}

/** What one second of being used costs a container: plainly more than rest. */
export function use(
  draw: Draw,
  container: ContainerDescription,
): {
  readonly container: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly networkBytesPerSecond: number;
  readonly requestsPerSecond: number;
} {
  return {
    container: container.name,
    cpuCores: requestedCores(container) * draw.between('use-cpu', 0.15, 0.6),
    memoryBytes: container.usage.memoryBytes * draw.between('use-memory', 0.05, 0.3),
    networkBytesPerSecond: draw.ratio('use-network', 8_000, 200_000),
    requestsPerSecond: draw.ratio('use-requests', 0.5, 20),
  };
}

type Defaults = 'scenario' | 'namespace' | 'name' | 'kind' | 'replicas' | 'ageHours' | 'activity';

/** A workload of some weeks' or months' age, of one to three replicas, that nobody uses unless told otherwise. */
export function workload(
  draw: Draw,
  place: Place,
  names: readonly string[],
  parts: Omit<WorkloadDescription, Defaults> & Partial<Pick<WorkloadDescription, Defaults>>,
): WorkloadDescription {
  return {
    scenario: '',
    kind: 'Deployment',
    namespace: place.namespace,
    name: nameOf(draw, place, names),
    replicas: draw.integer('replicas', 1, 3),
    ageHours: Math.round(draw.between('age-days', 35, 250) * HOURS_A_DAY),
    activity: [],
    ...parts,
  };
}

export function nameOf(draw: Draw, place: Place, names: readonly string[]): string {
  return place.name ?? draw.pick('name', names);
}

/** A service in front; the counter of an ingress sees it, or none does. */
export function front(draw: Draw): Pick<WorkloadDescription, 'service' | 'requestCounter'> {
  const requestCounter = draw.pick('counter', ['nginx_ingress_controller_requests', undefined]);
  return { service: { port: 8080 }, ...(requestCounter && { requestCounter }) };
}
