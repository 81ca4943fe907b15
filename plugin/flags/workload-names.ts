/** `TYPE/NAME` and `TYPE NAME …` as kubectl takes them: resource names, their plurals, short names and groups. */

import { UpidError } from '../../lib/types/errors.ts';

export interface WorkloadName {
  readonly kind: string;
  readonly name: string;
}

/** Every name kubectl knows these kinds by (`kubectl api-resources`): singular, plural, short. */
export const WORKLOAD_KINDS: readonly { readonly kind: string; readonly names: readonly string[]; readonly group: string }[] = [
  { kind: 'Deployment', names: ['deployment', 'deployments', 'deploy'], group: 'apps' },
  { kind: 'StatefulSet', names: ['statefulset', 'statefulsets', 'sts'], group: 'apps' },
  { kind: 'DaemonSet', names: ['daemonset', 'daemonsets', 'ds'], group: 'apps' },
  { kind: 'ReplicaSet', names: ['replicaset', 'replicasets', 'rs'], group: 'apps' },
  { kind: 'ReplicationController', names: ['replicationcontroller', 'replicationcontrollers', 'rc'], group: '' },
  { kind: 'CronJob', names: ['cronjob', 'cronjobs', 'cj'], group: 'batch' },
  { kind: 'Job', names: ['job', 'jobs'], group: 'batch' },
  { kind: 'Pod', names: ['pod', 'pods', 'po'], group: '' },
];

const FORM = 'name workloads as TYPE/NAME, for example deployment/web';

/** @throws UpidError `usage` where the arguments are no names. */
export function parseWorkloadNames(words: readonly string[]): readonly WorkloadName[] {
  const [first, ...rest] = words;
  if (first === undefined) return [];
  if (first.includes('/')) return words.map(parseTypeAndName);
  const stray = rest.find((word) => word.includes('/'));
  if (rest.length === 0 || stray !== undefined)
    throw new UpidError('usage', `"${stray === undefined ? first : words.join(' ')}" names no workload`, { remedy: FORM });
  return rest.map((name) => ({ kind: kindOf(first), name }));
}

function parseTypeAndName(word: string): WorkloadName {
  const [type = '', name = '', ...more] = word.split('/');
  if (type === '' || name === '' || more.length > 0)
    throw new UpidError('usage', `"${word}" names no workload`, { remedy: FORM });
  return { kind: kindOf(type), name };
}

/** The kind a type stands for. A type that is not built in (`rollout.argoproj.io`) is compared with kinds whatever its case. */
export function kindOf(type: string): string {
  const [resource = '', ...group] = type.toLowerCase().split('.');
  const known = WORKLOAD_KINDS.find(({ names }) => names.includes(resource));
  if (known && (group.length === 0 || known.group === group.at(-1) || known.group === group.join('.'))) return known.kind;
  return singular(resource);
}

/** English plurals as custom resources form them; words in -us and -ss are no plurals. */
function singular(resource: string): string {
  if (/(us|ss)$/.test(resource)) return resource;
  if (resource.endsWith('ies')) return `${resource.slice(0, -3)}y`;
  return resource.replace(/(?<=s|x|ch|sh)es$|s$/, '');
}
