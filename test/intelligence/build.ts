/** Workloads and evidence with only what a case says, around one moment: a Wednesday, 16:00 UTC. */

import { defaultIdleSettings } from '../../lib/intelligence/idle/settings.ts';
import { type IdleContext, readSignals, type Signals } from '../../lib/intelligence/idle/signals.ts';
import type { Factor, FactorName, IdleFinding, IdleSettings } from '../../lib/types/idle.ts';
import type { SlotGrid, SlotValues, UsageEvidence, WorkloadRequests, WorkloadUsage } from '../../lib/types/usage.ts';
import type { ContainerSpec, Pod, Workload } from '../../lib/types/workload.ts';

export const NOW = Date.UTC(2026, 4, 13, 16);
export const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

export function contextOf(settings: Partial<IdleSettings> = {}, nowMs = NOW, workloads: readonly Workload[] = []): IdleContext {
  return { nowMs, settings: { ...defaultIdleSettings('UTC'), ...settings }, workloads, unread: [] };
}

/** 100m of CPU, 128 MiB of memory, no probes. */
export function container(parts: Partial<ContainerSpec> = {}): ContainerSpec {
  return {
    name: 'app',
    image: 'registry.example.com/app:1',
    role: 'app',
    requests: { cpuCores: 0.1, memoryBytes: 128 * 2 ** 20 },
    limits: {},
    probes: [],
    portNames: [],
    ...parts,
  };
}

export function pod(name: string, parts: Partial<Pod> = {}): Pod {
  return {
    namespace: 'shop',
    name,
    uid: `uid-${name}`,
    phase: 'Running',
    ready: true,
    createdAt: NOW - 60 * DAY_MS,
    startedAt: NOW - 60 * DAY_MS,
    hostNetwork: false,
    serviceAccountName: 'default',
    mountsServiceAccountToken: true,
    labels: {},
    annotations: {},
    containers: [container()],
    states: [],
    ...parts,
  };
}

/** A Deployment of one pod, two months old. */
export function workload(
  parts: Partial<Omit<Workload, 'ref'>> & { readonly kind?: string; readonly name?: string } = {},
): Workload {
  const { kind = 'Deployment', name = 'web', ...rest } = parts;
  return {
    ref: { apiVersion: 'apps/v1', kind, namespace: 'shop', name, uid: `uid-${name}` },
    labels: {},
    annotations: {},
    createdAt: NOW - 60 * DAY_MS,
    desiredReplicas: 1,
    containers: [container()],
    podLabels: {},
    podAnnotations: {},
    pods: [pod(`${name}-0`)],
    replicaSetNames: [],
    autoscalers: [],
    disruptionBudgets: [],
    leases: [],
    services: [],
    mountsPersistentVolume: false,
    ...rest,
  };
}

/** Its pod has these containers. */
export function workloadOf(containers: readonly ContainerSpec[], parts: Parameters<typeof workload>[0] = {}): Workload {
  return workload({ ...parts, containers, pods: [pod(`${parts.name ?? 'web'}-0`, { containers })] });
}

/** A value, or one for each slot by how many hours before now the slot began; undefined: the source does not have it. */
export type Level = number | ((hoursAgo: number) => number);

export interface Measured {
  readonly hours?: number;
  readonly slotSeconds?: number;
  readonly sampleSeconds?: number;
  /** End of the evidence, hours before now. */
  readonly untilHoursAgo?: number;
  readonly cpu?: Level;
  readonly memory?: Level;
  readonly movement?: Level;
  readonly network?: Level;
  readonly source?: WorkloadUsage['source'];
  readonly nowMs?: number;
}

export function usage(measured: Measured): WorkloadUsage {
  const { hours = 24, slotSeconds = 300, untilHoursAgo = 0, source = 'prometheus', nowMs = NOW } = measured;
  const slots = Math.round((hours * 3600) / slotSeconds);
  const grid: SlotGrid = { startMs: nowMs - (untilHoursAgo + hours) * HOUR_MS, slotSeconds, slots };
  const values = (level: Level): SlotValues =>
    Float64Array.from({ length: slots }, (_, slot) =>
      typeof level === 'number' ? level : level((nowMs - grid.startMs - slot * slotSeconds * 1000) / HOUR_MS),
    );
  return {
    source,
    grid,
    sampleSeconds: measured.sampleSeconds ?? slotSeconds,
    ...(measured.cpu !== undefined && { cpuPeakCores: values(measured.cpu) }),
    ...(measured.memory !== undefined && { memoryPeakBytes: values(measured.memory) }),
    ...(measured.movement !== undefined && { memoryMovement: values(measured.movement) }),
    ...(measured.network !== undefined && {
      networkPeakBytesPerSecond: values(measured.network),
      networkMedianBytesPerSecond: values(measured.network),
    }),
  };
}

/** Requests by the hour as a counter saw them. */
export function counted(level: Level, parts: { readonly hours?: number; readonly source?: string } = {}): WorkloadRequests {
  const { hours = 24, source = 'nginx_ingress_controller_requests' } = parts;
  const grid: SlotGrid = { startMs: NOW - hours * HOUR_MS, slotSeconds: 3600, slots: hours };
  const counts = Float64Array.from({ length: hours }, (_, slot) => (typeof level === 'number' ? level : level(hours - slot)));
  return { source, grid, counts };
}

export function evidence(
  usages: readonly WorkloadUsage[],
  requests: readonly WorkloadRequests[] = [],
  scrape?: UsageEvidence['scrape'],
): UsageEvidence {
  return { usage: usages, requests, containers: [], ...(scrape && { scrape }) };
}

export function signalsOf(measured: Measured | UsageEvidence, of: Workload = workload(), context = contextOf()): Signals {
  return readSignals(of, 'usage' in measured ? measured : evidence([usage(measured)]), context);
}

/** Equal but for the dust of binary fractions. */
export function isNear(actual: number | undefined, expected: number): boolean {
  return actual !== undefined && Math.abs(actual - expected) <= 1e-9 * Math.max(1, Math.abs(expected));
}

export function factorOf(finding: IdleFinding, name: FactorName): Factor {
  return finding.factors.find(({ factor }) => factor === name)!;
}
