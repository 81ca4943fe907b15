/** Pods as a cluster shows them: scheduled, admitted by limit ranges, with the states of their containers. */

import type { ContainerDescription, WorkloadDescription } from '../description.ts';
import { controllerManifest, type Manifest, podLabels } from '../manifests.ts';
import type { PlacedReplica } from '../placement.ts';
import { type Making, type Owner, stored, timestamp } from './metadata.ts';
import { nodeAddress } from './nodes.ts';
import { podOwner, templateHash } from './owners.ts';

type Raw = Readonly<Record<string, unknown>>;

const HOUR_MS = 3_600_000;

export function podObject(making: Making, replica: PlacedReplica): Manifest {
  const { workload, startMs } = replica;
  const owner: Owner | undefined = podOwner(making, replica);
  const hash = templateHash(making, workload);
  const spec = podSpec(making, replica);
  return stored(
    making,
    {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: replica.name,
        namespace: workload.namespace,
        labels: {
          ...podLabels(workload),
          ...(workload.kind === 'Pod' && workload.labels),
          ...(hash !== undefined && { 'pod-template-hash': hash }),
          ...(replica.job !== undefined && { 'batch.kubernetes.io/job-name': replica.job }),
          ...(workload.kind === 'StatefulSet' && {
            'statefulset.kubernetes.io/pod-name': replica.name,
            'apps.kubernetes.io/pod-index': String(replica.index),
          }),
        },
        ...((workload.podAnnotations || workload.kind === 'Pod') && {
          annotations: { ...(workload.kind === 'Pod' && workload.annotations), ...workload.podAnnotations },
        }),
      },
      spec,
    },
    startMs,
    { ...(owner && { owner }), status: podStatus(making, replica, spec) },
  );
}

function podSpec(making: Making, replica: PlacedReplica): Raw {
  const { workload } = replica;
  const spec = templateSpec(workload);
  const held = (containers: unknown): readonly Raw[] =>
    ((containers ?? []) as readonly Raw[]).map((container) => ({
      ...container,
      resources: admitted(making, workload.namespace, container.resources as Resources),
    }));
  return {
    serviceAccountName: 'default',
    ...spec,
    containers: held(spec.containers),
    ...(spec.initContainers !== undefined && { initContainers: held(spec.initContainers) }),
    ...(workload.kind === 'StatefulSet' &&
      workload.volumeClaim && {
        volumes: [{ name: 'data', persistentVolumeClaim: { claimName: `data-${replica.name}` } }],
      }),
    nodeName: replica.node.name,
  };
}

/** By workload: all its pods are made of one. */
const templateSpecs = new WeakMap<WorkloadDescription, Raw>();

function templateSpec(workload: WorkloadDescription): Raw {
  const spec = templateSpecs.get(workload) ?? specWithin(controllerManifest(workload));
  templateSpecs.set(workload, spec);
  return spec;
}

/** The pod spec within a manifest of any kind. */
function specWithin(manifest: Manifest): Raw {
  const spec = manifest.spec as Raw;
  if (manifest.kind === 'Pod') return spec;
  const jobSpec = (spec.jobTemplate as { readonly spec: Raw } | undefined)?.spec;
  return ((jobSpec ?? spec).template as { readonly spec: Raw }).spec;
}

interface Resources {
  readonly requests?: Readonly<Record<string, string>>;
  readonly limits?: Readonly<Record<string, string>>;
}

/** Requests follow limits where they are not set (the API's default); then the namespace's limit range fills what is open. */
function admitted({ description }: Making, namespace: string, given: Resources): Resources {
  const ranges = (description.limitRanges ?? [])
    .filter((range) => range.namespace === namespace)
    .map(({ container }) => container);
  const limits = { ...Object.assign({}, ...ranges.map((range) => range.default)), ...given.limits };
  const requests = {
    ...limits,
    ...Object.assign({}, ...ranges.map((range) => range.defaultRequest)),
    ...given.limits,
    ...given.requests,
  };
  return {
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(Object.keys(requests).length > 0 && { requests }),
  };
}

function podStatus(making: Making, replica: PlacedReplica, spec: Raw): Raw {
  const { workload, startMs, endMs } = replica;
  const nodeIndex = making.description.nodes.indexOf(replica.node);
  const hostIP = nodeAddress(nodeIndex);
  const podIP = workload.hostNetwork ? hostIP : `10.244.${nodeIndex}.${1 + replica.position}`;
  const running = endMs === undefined;
  const condition = (type: string, status = true): Raw => ({
    type,
    status: status ? 'True' : 'False',
    ...(!status && { reason: 'PodCompleted' }),
    lastTransitionTime: timestamp(endMs ?? startMs + 12_000),
  });
  const states = (sidecars: boolean): readonly Raw[] =>
    workload.containers
      .filter((container) => (container.nativeSidecar === true) === sidecars)
      .map((container) => containerStatus(making, replica, container));
  const sidecars = states(true);
  return {
    phase: running ? 'Running' : 'Succeeded',
    conditions: [
      condition('PodScheduled'),
      condition('Initialized'),
      condition('ContainersReady', running),
      condition('Ready', running),
    ],
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime: timestamp(startMs),
    containerStatuses: states(false),
    ...(sidecars.length > 0 && { initContainerStatuses: sidecars }),
    qosClass: qosClass([...((spec.containers ?? []) as readonly Raw[]), ...((spec.initContainers ?? []) as readonly Raw[])]),
  };
}

function containerStatus(making: Making, replica: PlacedReplica, container: ContainerDescription): Raw {
  const { endMs, startMs } = replica;
  // One replica ran out of memory, not all of them at the same second.
  const killedMs =
    container.oomKilledHoursAgo === undefined || replica.index > 0
      ? undefined
      : making.nowMs - container.oomKilledHoursAgo * HOUR_MS;
  const startedMs = killedMs === undefined ? startMs + 5000 : killedMs + 2000;
  return {
    name: container.name,
    image: container.image,
    ready: endMs === undefined,
    started: endMs === undefined,
    restartCount: killedMs === undefined ? 0 : 1,
    state:
      endMs === undefined
        ? { running: { startedAt: timestamp(startedMs) } }
        : {
            terminated: { reason: 'Completed', exitCode: 0, startedAt: timestamp(startedMs), finishedAt: timestamp(endMs) },
          },
    lastState:
      killedMs === undefined
        ? {}
        : {
            terminated: {
              reason: 'OOMKilled',
              exitCode: 137,
              startedAt: timestamp(startMs + 5000),
              finishedAt: timestamp(killedMs),
            },
          },
  };
}

function qosClass(containers: readonly Raw[]): string {
  const held = containers.map(({ resources }) => resources as Resources);
  if (held.every(({ requests, limits }) => !requests && !limits)) return 'BestEffort';
  const isGuaranteed = held.every(({ requests, limits }) =>
    ['cpu', 'memory'].every((name) => limits?.[name] !== undefined && requests?.[name] === limits[name]),
  );
  return isGuaranteed ? 'Guaranteed' : 'Burstable';
}
