/** Raw Kubernetes JSON to the few fields that are used. Nothing here asks the server. A field of an unexpected form is treated as absent. */

import { parseQuantity } from '../../types/quantity.ts';
import type { ContainerSpec, ContainerState, Pod, Probe, Resources } from '../../types/workload.ts';

export type Raw = Readonly<Record<string, unknown>>;

export function record(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}

export function list(value: unknown): readonly Raw[] {
  return Array.isArray(value) ? value.map(record) : [];
}

export function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

export function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** RFC 3339 to epoch milliseconds. */
export function instant(value: unknown): number | undefined {
  const ms = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  return Number.isNaN(ms) ? undefined : ms;
}

export function strings(value: unknown): Readonly<Record<string, string>> {
  const entries = Object.entries(record(value)).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(entries);
}

/** Labels that the control plane adds to single pods, beside those of their template. */
const LABELS_OF_PODS: ReadonlySet<string> = new Set([
  'pod-template-hash',
  'controller-revision-hash',
  'pod-template-generation',
  'statefulset.kubernetes.io/pod-name',
  'apps.kubernetes.io/pod-index',
  'batch.kubernetes.io/job-completion-index',
  'topology.kubernetes.io/region',
  'topology.kubernetes.io/zone',
]);

/** What a pod tells of the labels in the template it was made from. */
export function templateLabels(podLabels: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(podLabels).filter(([name]) => !LABELS_OF_PODS.has(name)));
}

/** Annotations without kubectl's copy of the whole object, which is large and used by nobody here. */
export function annotations(value: unknown): Readonly<Record<string, string>> {
  const { 'kubectl.kubernetes.io/last-applied-configuration': _copy, ...rest } = strings(value);
  return rest;
}

/** `{cpu: "250m", memory: "1Gi"}`; an unreadable quantity is absent. */
export function resources(value: unknown): Resources {
  const raw = record(value);
  const cpuCores = parseQuantity(text(raw.cpu));
  const memoryBytes = parseQuantity(text(raw.memory));
  return { ...(cpuCores !== undefined && { cpuCores }), ...(memoryBytes !== undefined && { memoryBytes }) };
}

/** Containers of a pod spec: `containers` first, then `initContainers`, each in the object's order. */
export function containers(podSpec: Raw): readonly ContainerSpec[] {
  const plain = list(podSpec.containers).map((raw) => container(raw, 'app'));
  const init = list(podSpec.initContainers).map((raw) => container(raw, raw.restartPolicy === 'Always' ? 'sidecar' : 'init'));
  return [...plain, ...init];
}

function container(raw: Raw, role: ContainerSpec['role']): ContainerSpec {
  const held = record(raw.resources);
  return {
    name: text(raw.name),
    image: text(raw.image),
    role,
    requests: resources(held.requests),
    limits: resources(held.limits),
    probes: probes(raw),
    portNames: list(raw.ports)
      .map((port) => text(port.name))
      .filter((name) => name !== ''),
  };
}

const PROBE_FIELDS = { startup: 'startupProbe', readiness: 'readinessProbe', liveness: 'livenessProbe' } as const;

/** The API server's default for periodSeconds. */
const DEFAULT_PROBE_PERIOD_SECONDS = 10;

function probes(raw: Raw): readonly Probe[] {
  return (['startup', 'readiness', 'liveness'] as const).flatMap((type) => {
    const probe = raw[PROBE_FIELDS[type]];
    return probe === undefined || probe === null ? [] : [readProbe(type, record(probe))];
  });
}

function readProbe(type: Probe['type'], raw: Raw): Probe {
  const http = record(raw.httpGet);
  const handler = raw.httpGet ? 'http' : raw.tcpSocket ? 'tcp' : raw.grpc ? 'grpc' : 'exec';
  const port = text(http.port) || text(record(raw.tcpSocket).port) || text(record(raw.grpc).port);
  return {
    type,
    handler,
    periodSeconds: count(raw.periodSeconds) || DEFAULT_PROBE_PERIOD_SECONDS,
    ...(http.path !== undefined && { path: text(http.path) }),
    ...(port !== '' && { port }),
  };
}

/** A pod with the reference to its owner. */
export interface OwnedPod extends Pod {
  readonly owner: OwnerReference | undefined;
  readonly mountsPersistentVolume: boolean;
  readonly priorityClassName: string | undefined;
}

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** The controlling owner, else the first one. */
export function ownerOf(metadata: Raw): OwnerReference | undefined {
  const references = list(metadata.ownerReferences);
  const chosen = references.find((reference) => reference.controller === true) ?? references[0];
  if (!chosen) return undefined;
  return { apiVersion: text(chosen.apiVersion), kind: text(chosen.kind), name: text(chosen.name), uid: text(chosen.uid) };
}

const PHASES: ReadonlySet<string> = new Set(['Pending', 'Running', 'Succeeded', 'Failed']);

export function pod(value: unknown): OwnedPod {
  const raw = record(value);
  const metadata = record(raw.metadata);
  const spec = record(raw.spec);
  const status = record(raw.status);
  const phase = text(status.phase);
  const startedAt = instant(status.startTime);
  const endedAt = endOf(phase, status);
  const volumeClaims = claimsOf(spec, text(metadata.name));
  return {
    namespace: text(metadata.namespace),
    name: text(metadata.name),
    uid: text(metadata.uid),
    phase: PHASES.has(phase) ? (phase as Pod['phase']) : 'Unknown',
    ready: isReady(status),
    createdAt: instant(metadata.creationTimestamp) ?? 0,
    ...(startedAt !== undefined && { startedAt }),
    ...(endedAt !== undefined && { endedAt }),
    ...(spec.nodeName !== undefined && { node: text(spec.nodeName) }),
    ...(status.podIP !== undefined && { ip: text(status.podIP) }),
    hostNetwork: spec.hostNetwork === true,
    serviceAccountName: text(spec.serviceAccountName),
    mountsServiceAccountToken: spec.automountServiceAccountToken !== false || projectsToken(spec),
    labels: strings(metadata.labels),
    annotations: annotations(metadata.annotations),
    containers: containers(spec),
    states: [...list(status.containerStatuses), ...list(status.initContainerStatuses)].map(containerState),
    owner: ownerOf(metadata),
    ...(volumeClaims.length > 0 && { volumeClaims }),
    mountsPersistentVolume: volumeClaims.length > 0,
    priorityClassName: spec.priorityClassName === undefined ? undefined : text(spec.priorityClassName),
  };
}

function endOf(phase: string, status: Raw): number | undefined {
  if (phase !== 'Succeeded' && phase !== 'Failed') return undefined;
  const ends = list(status.containerStatuses).flatMap(({ state }) => instant(record(record(state).terminated).finishedAt) ?? []);
  return ends.length > 0 ? Math.max(...ends) : undefined;
}

/** The claim of an ephemeral volume is called after pod and volume (Kubernetes, "Ephemeral Volumes"). */
function claimsOf(spec: Raw, podName: string): readonly string[] {
  return list(spec.volumes).flatMap((volume) => {
    if (volume.persistentVolumeClaim !== undefined) return [text(record(volume.persistentVolumeClaim).claimName)];
    return volume.ephemeral === undefined ? [] : [`${podName}-${text(volume.name)}`];
  });
}

/** By the condition; where somebody left that out, by the containers. */
function isReady(status: Raw): boolean {
  const condition = list(status.conditions).find(({ type }) => type === 'Ready');
  if (condition) return condition.status === 'True';
  return (
    (status.phase === undefined || status.phase === 'Running') &&
    list(status.containerStatuses).every(({ ready }) => ready !== false)
  );
}

/** A token that the pod mounts by itself, as hardened charts do instead of having it mounted. */
function projectsToken(spec: Raw): boolean {
  return list(spec.volumes).some((volume) =>
    list(record(volume.projected).sources).some((source) => source.serviceAccountToken !== undefined),
  );
}

function containerState(raw: Raw): ContainerState {
  const startedAt = instant(record(record(raw.state).running).startedAt);
  const ended = record(record(raw.lastState).terminated);
  return {
    name: text(raw.name),
    ready: raw.ready === true,
    restarts: count(raw.restartCount) ?? 0,
    ...(startedAt !== undefined && { startedAt }),
    ...(ended.reason !== undefined && {
      lastTermination: { reason: text(ended.reason), at: instant(ended.finishedAt) ?? 0, exitCode: count(ended.exitCode) ?? 0 },
    }),
  };
}
