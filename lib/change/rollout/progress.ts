/**
 * How far the controller of an object has come with what stands in its spec: the counters of its status, as `kubectl rollout
 * status` reads them, which also tell that a scale has been reached. Pure.
 */

import { isObject, valueAt } from '../values.ts';

export interface Progress {
  /** The controller has seen the spec, and all pods that it wants are of it. */
  readonly settled: boolean;
  readonly wanted: number;
  readonly available: number;
  /** `2 of 3 updated`. */
  readonly says: string;
  /** What the controller itself says has gone wrong. */
  readonly failure?: string;
}

/** Counters of one kind; undefined: it has none. */
interface Counters {
  readonly wanted: number;
  /** Pods that are to be of the new template. */
  readonly toUpdate: number;
  readonly updated: number;
  readonly total: number;
  readonly available: number;
}

export function progressOf(object: unknown): Progress {
  const generation = number(object, '/metadata/generation', 0);
  const counters = countersOf(object);
  if (number(object, '/status/observedGeneration', generation) < generation)
    return {
      settled: false,
      wanted: counters?.wanted ?? 0,
      available: counters?.available ?? 0,
      says: 'its controller has not seen it yet',
    };
  if (counters === undefined) return { settled: true, wanted: 0, available: 0, says: 'stored' };
  const { wanted, toUpdate, updated, total, available } = counters;
  const failure = failureOf(object);
  return {
    settled: updated >= toUpdate && total <= wanted,
    wanted,
    available,
    says: saidOf(counters),
    ...(failure !== undefined && { failure }),
  };
}

function saidOf({ wanted, toUpdate, updated, total, available }: Counters): string {
  if (updated < toUpdate) return `${updated} of ${toUpdate} updated`;
  if (total > wanted) return `${total - wanted} more than ${wanted} still there`;
  return `${available} of ${wanted} available`;
}

function countersOf(object: unknown): Counters | undefined {
  const kind = String(valueAt(object, '/kind'));
  const status = (field: string, otherwise = 0): number => number(object, `/status/${field}`, otherwise);
  const wanted = number(object, '/spec/replicas', 1);
  const onDelete = valueAt(object, '/spec/updateStrategy/type') === 'OnDelete';
  switch (kind) {
    case 'Deployment': {
      // A paused one takes scales and no template.
      const updated = valueAt(object, '/spec/paused') === true ? wanted : status('updatedReplicas');
      return { wanted, toUpdate: wanted, updated, total: status('replicas'), available: status('availableReplicas') };
    }
    case 'StatefulSet': {
      const kept = onDelete ? wanted : number(object, '/spec/updateStrategy/rollingUpdate/partition', 0);
      const available = status('availableReplicas', status('readyReplicas'));
      return {
        wanted,
        toUpdate: Math.max(0, wanted - kept),
        updated: status('updatedReplicas'),
        total: status('replicas'),
        available,
      };
    }
    case 'DaemonSet': {
      const all = status('desiredNumberScheduled');
      const toUpdate = onDelete ? 0 : all;
      return {
        wanted: all,
        toUpdate,
        updated: status('updatedNumberScheduled'),
        total: all,
        available: status('numberAvailable'),
      };
    }
    case 'ReplicaSet':
    case 'ReplicationController':
      return { wanted, toUpdate: 0, updated: 0, total: status('replicas'), available: status('availableReplicas') };
    default:
      return customCounters(object, wanted, status);
  }
}

/** Kinds of operators that count as Deployments do; of others nothing is known, and of those that only start pods later nothing is to be. */
function customCounters(object: unknown, wanted: number, status: (field: string) => number): Counters | undefined {
  const counts = ['updatedReplicas', 'availableReplicas'].every(
    (field) => typeof valueAt(object, `/status/${field}`) === 'number',
  );
  if (!counts) return undefined;
  return {
    wanted,
    toUpdate: wanted,
    updated: status('updatedReplicas'),
    total: status('replicas'),
    available: status('availableReplicas'),
  };
}

function failureOf(object: unknown): string | undefined {
  const list = valueAt(object, '/status/conditions');
  for (const condition of Array.isArray(list) ? list.filter(isObject) : []) {
    const { type, status, reason, message } = condition;
    if (type === 'ReplicaFailure' && status === 'True') return `its pods cannot be made (${String(message ?? reason)})`;
    if (type === 'Progressing' && reason === 'ProgressDeadlineExceeded')
      return 'its controller saw no progress in time (ProgressDeadlineExceeded)';
  }
  return undefined;
}

function number(object: unknown, path: string, otherwise: number): number {
  const found = Number(valueAt(object, path) ?? otherwise);
  return Number.isFinite(found) ? found : otherwise;
}
