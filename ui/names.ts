/** Names of workloads as kubectl's users type them. */

import type { ObjectReference } from '../lib/types/workload.ts';

/** kubectl's own short names (`kubectl api-resources`); other kinds stand in lower case. */
const SHORT: Readonly<Record<string, string>> = {
  CronJob: 'cj',
  DaemonSet: 'ds',
  Deployment: 'deploy',
  Pod: 'po',
  ReplicaSet: 'rs',
  ReplicationController: 'rc',
  StatefulSet: 'sts',
};

/** `deploy/web`: fits a column, and can be given to kubectl as it is. */
export function shortName({ kind, name }: Pick<ObjectReference, 'kind' | 'name'>): string {
  return `${SHORT[kind] ?? kind.toLowerCase()}/${name}`;
}
