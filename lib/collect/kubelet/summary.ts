/**
 * The kubelet's answer to `/stats/summary` (k8s.io/kubelet, pkg/apis/stats/v1alpha1) as readings: what each container and each
 * pod's network showed at the instant that the kubelet measured it. A field that a runtime leaves out is absent.
 */

import { count, instant, list, type Raw, record, text } from '../objects/read.ts';

export interface ContainerReading {
  readonly container: string;
  readonly cpuAtMs?: number;
  /** Over a window of the kubelet's own. */
  readonly cpuCores?: number;
  /** Counter since the container started, in seconds of one core. */
  readonly cpuSeconds?: number;
  readonly memoryAtMs?: number;
  readonly memoryBytes?: number;
}

/** Counters of one interface. */
export interface InterfaceReading {
  readonly name: string;
  readonly receivedBytes: number;
  readonly transmittedBytes: number;
}

export interface NetworkReading {
  readonly atMs: number;
  readonly interfaces: readonly InterfaceReading[];
}

export interface PodReading {
  readonly namespace: string;
  readonly pod: string;
  readonly uid: string;
  readonly containers: readonly ContainerReading[];
  readonly network?: NetworkReading;
}

export interface NodeReading extends Omit<ContainerReading, 'container'> {
  readonly node: string;
  /** Of its default interface: bridges and overlays carry the same bytes again. */
  readonly network?: NetworkReading;
  readonly pods: readonly PodReading[];
}

/** Undefined for an answer that is no summary. */
export function readSummary(value: unknown): NodeReading | undefined {
  const raw = record(value);
  const node = record(raw.node);
  const name = text(node.nodeName);
  if (name === '' || (raw.pods !== undefined && raw.pods !== null && !Array.isArray(raw.pods))) return undefined;
  const { container: _, ...use } = containerOf(node);
  const network = networkOf({ ...record(node.network), interfaces: undefined });
  return {
    node: name,
    ...use,
    ...(network && { network }),
    pods: list(raw.pods).map(podOf),
  };
}

function podOf(raw: Raw): PodReading {
  const ref = record(raw.podRef);
  const network = networkOf(raw.network);
  return {
    namespace: text(ref.namespace),
    pod: text(ref.name),
    uid: text(ref.uid),
    containers: list(raw.containers).map(containerOf),
    ...(network && { network }),
  };
}

function containerOf(raw: Raw): ContainerReading {
  const cpu = record(raw.cpu);
  const memory = record(raw.memory);
  const nanoCores = count(cpu.usageNanoCores);
  const nanoSeconds = count(cpu.usageCoreNanoSeconds);
  const memoryBytes = count(memory.workingSetBytes);
  const [cpuAtMs, memoryAtMs] = [instant(cpu.time), instant(memory.time)];
  return {
    container: text(raw.name),
    ...(cpuAtMs !== undefined && { cpuAtMs }),
    ...(nanoCores !== undefined && { cpuCores: nanoCores / 1e9 }),
    ...(nanoSeconds !== undefined && { cpuSeconds: nanoSeconds / 1e9 }),
    ...(memoryAtMs !== undefined && { memoryAtMs }),
    ...(memoryBytes !== undefined && { memoryBytes }),
  };
}

/** `interfaces` names all of them; kubelets that do not list them tell of the default one only. */
function networkOf(value: unknown): NetworkReading | undefined {
  const raw = record(value);
  const atMs = instant(raw.time);
  const listed = list(raw.interfaces);
  const interfaces = (listed.length > 0 ? listed : [raw]).flatMap((each) => {
    const receivedBytes = count(each.rxBytes);
    const transmittedBytes = count(each.txBytes);
    if (receivedBytes === undefined || transmittedBytes === undefined || text(each.name) === 'lo') return [];
    return [{ name: text(each.name), receivedBytes, transmittedBytes }];
  });
  return atMs === undefined || interfaces.length === 0 ? undefined : { atMs, interfaces };
}
