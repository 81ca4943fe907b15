/** Controllers of pods with their status, the ReplicaSets and Jobs below them, and custom owners above. */

import type { WorkloadDescription } from '../description.ts';
import { controllerManifest, type Manifest, podLabels, selectorLabels } from '../manifests.ts';
import type { PlacedReplica } from '../placement.ts';
import { replicaSetName, startOfPods } from '../replicas.ts';
import { type Making, type Owner, stored, timestamp } from './metadata.ts';
import { templateHash } from './owners.ts';

type Raw = Readonly<Record<string, unknown>>;

const HOUR_MS = 3_600_000;

/** Everything that stands above a workload's pods. A pod of its own has nothing above it but its custom owner. */
export function controllerObjects(
  making: Making,
  workload: WorkloadDescription,
  replicas: readonly PlacedReplica[],
): readonly Manifest[] {
  const own = workload.kind === 'Pod' ? [] : [controllerObject(making, workload, replicas)];
  const below =
    workload.kind === 'Deployment'
      ? replicaSets(making, workload)
      : workload.kind === 'CronJob'
        ? replicas.map((replica) => runObject(making, replica))
        : [];
  return [...(workload.owner ? [ownerObject(making, workload, workload.owner)] : []), ...own, ...below];
}

export function createdAt({ nowMs }: Making, { ageHours }: WorkloadDescription): number {
  return nowMs - ageHours * HOUR_MS;
}

function controllerObject(making: Making, workload: WorkloadDescription, replicas: readonly PlacedReplica[]): Manifest {
  const manifest = controllerManifest(workload);
  const { owner, kind } = workload;
  const revised =
    kind === 'Deployment'
      ? {
          ...manifest,
          metadata: {
            ...manifest.metadata,
            annotations: { ...workload.annotations, 'deployment.kubernetes.io/revision': isRolledOut(workload) ? '2' : '1' },
          },
        }
      : manifest;
  return stored(making, revised, createdAt(making, workload), {
    ...(owner && { owner }),
    status: status(making, workload, replicas),
  });
}

function isRolledOut({ podAgeHours, ageHours }: WorkloadDescription): boolean {
  return podAgeHours !== undefined && podAgeHours < ageHours;
}

function status(making: Making, workload: WorkloadDescription, replicas: readonly PlacedReplica[]): Raw {
  const count = replicas.length;
  switch (workload.kind) {
    case 'Deployment':
    case 'StatefulSet':
      return { observedGeneration: 1, replicas: count, readyReplicas: count, availableReplicas: count, updatedReplicas: count };
    case 'DaemonSet':
      return {
        observedGeneration: 1,
        desiredNumberScheduled: count,
        currentNumberScheduled: count,
        numberReady: count,
        numberAvailable: count,
        updatedNumberScheduled: count,
        numberMisscheduled: 0,
      };
    case 'CronJob': {
      const [last] = replicas;
      return last
        ? { lastScheduleTime: timestamp(last.startMs), ...(last.endMs && { lastSuccessfulTime: timestamp(last.endMs) }) }
        : {};
    }
    default:
      return { active: count, startTime: timestamp(createdAt(making, workload)) };
  }
}

/** The ReplicaSet of now, and the one before the last rollout. */
function replicaSets(making: Making, workload: WorkloadDescription): readonly Manifest[] {
  const present = replicaSet(making, workload, 'present', startOfPods(workload, making.nowMs));
  return isRolledOut(workload) ? [replicaSet(making, workload, 'former', createdAt(making, workload)), present] : [present];
}

function replicaSet(making: Making, workload: WorkloadDescription, revision: 'present' | 'former', created: number): Manifest {
  const deployment = controllerManifest(workload).spec as { readonly template: { readonly metadata: Raw; readonly spec: Raw } };
  const hash = { 'pod-template-hash': templateHash(making, workload, revision) };
  const labels = { ...podLabels(workload), ...hash };
  const replicas = revision === 'present' ? workload.replicas : 0;
  return stored(
    making,
    {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name: replicaSetName(making.description, workload, revision), namespace: workload.namespace, labels },
      spec: {
        replicas,
        selector: { matchLabels: { ...selectorLabels(workload), ...hash } },
        template: { metadata: { ...deployment.template.metadata, labels }, spec: deployment.template.spec },
      },
    },
    created,
    {
      owner: { apiVersion: 'apps/v1', kind: 'Deployment', name: workload.name },
      status: { replicas, ...(replicas > 0 && { readyReplicas: replicas, availableReplicas: replicas }), observedGeneration: 1 },
    },
  );
}

/** One run of a CronJob. */
function runObject(making: Making, { workload, job, startMs, endMs }: PlacedReplica): Manifest {
  const cronJob = controllerManifest(workload).spec as { readonly jobTemplate: { readonly spec: Raw } };
  return stored(
    making,
    {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: job, namespace: workload.namespace, labels: selectorLabels(workload) },
      spec: cronJob.jobTemplate.spec,
    },
    startMs,
    {
      owner: { apiVersion: 'batch/v1', kind: 'CronJob', name: workload.name },
      status: {
        startTime: timestamp(startMs),
        ...(endMs === undefined
          ? { active: 1 }
          : {
              succeeded: 1,
              completionTime: timestamp(endMs),
              conditions: [{ type: 'Complete', status: 'True', lastTransitionTime: timestamp(endMs) }],
            }),
      },
    },
  );
}

/** An operator's object: it has no pod template of a form that others know. */
function ownerObject(making: Making, workload: WorkloadDescription, owner: Owner): Manifest {
  return stored(
    making,
    {
      apiVersion: owner.apiVersion,
      kind: owner.kind,
      metadata: { name: owner.name, namespace: workload.namespace, ...(workload.labels && { labels: workload.labels }) },
      spec: { replicas: workload.replicas },
    },
    createdAt(making, workload),
  );
}
