/** Signs that pods do not bear a change: killed for memory, crashing again and again, placed nowhere. Pure. */

import { isObject, valueAt } from '../values.ts';

/** Pods before the change: restarts by uid and container. */
export type PodsBefore = ReadonlyMap<string, ReadonlyMap<string, number>>;

export interface PodFailure {
  /** In one sentence. */
  readonly reason: string;
  /** True: it may pass by itself, as when a node is on its way. */
  readonly passing: boolean;
}

/** Reasons for which a container waits and that nothing but another spec, or somebody's hand, ends. */
const STUCK: ReadonlySet<string> = new Set([
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
  'RunContainerError',
]);

/** Restarts of one container after a change from which it counts as a crash loop, whatever it is waiting for at the moment. */
const RESTARTS = 3;

export function podsBefore(pods: readonly unknown[]): PodsBefore {
  return new Map(
    pods.map((pod) => [text(pod, '/metadata/uid'), new Map(statesOf(pod).map((each) => [each.name, each.restarts]))]),
  );
}

/** The weightiest failure among pods since the change; pods that are being deleted do not count. */
export function podFailure(pods: readonly unknown[], before: PodsBefore): PodFailure | undefined {
  const failures = pods
    .filter((pod) => valueAt(pod, '/metadata/deletionTimestamp') === undefined)
    .flatMap((pod) => failureOf(pod, before.get(text(pod, '/metadata/uid'))) ?? []);
  return failures.find(({ passing }) => !passing) ?? failures[0];
}

/** `known`: of a pod that was there before, which is only blamed for what is new. */
function failureOf(pod: unknown, known: ReadonlyMap<string, number> | undefined): PodFailure | undefined {
  const name = `pod ${text(pod, '/metadata/name')}`;
  for (const state of statesOf(pod)) {
    const restarted = state.restarts - (known?.get(state.name) ?? 0);
    if (known !== undefined && restarted <= 0) continue;
    const container = `container ${state.name} of ${name}`;
    if (state.killed) return { reason: `${container} was killed for want of memory (OOMKilled)`, passing: false };
    if (STUCK.has(state.waiting)) {
      const message = state.message === '' ? '' : `: ${state.message}`;
      return { reason: `${container} does not start (${state.waiting}${message})`, passing: false };
    }
    if (restarted >= RESTARTS) return { reason: `${container} was restarted ${restarted} times`, passing: false };
  }
  if (known !== undefined) return undefined;
  if (text(pod, '/status/phase') === 'Failed') {
    const why = [text(pod, '/status/reason'), text(pod, '/status/message')].filter((each) => each !== '').join(': ');
    return { reason: `${name} failed${why === '' ? '' : ` (${why})`}`, passing: false };
  }
  const scheduled = conditions(pod).find(({ type }) => type === 'PodScheduled');
  if (scheduled?.status === 'False' && scheduled.reason === 'Unschedulable')
    return { reason: `${name} fits on no node (Unschedulable: ${String(scheduled.message ?? '')})`, passing: true };
  return undefined;
}

interface ContainerState {
  readonly name: string;
  readonly restarts: number;
  readonly killed: boolean;
  /** Why it waits; empty where it does not. */
  readonly waiting: string;
  readonly message: string;
}

function statesOf(pod: unknown): readonly ContainerState[] {
  const lists = ['initContainerStatuses', 'containerStatuses'].map((field) => valueAt(pod, `/status/${field}`));
  return lists.flatMap((list) => (Array.isArray(list) ? list.map(stateOf) : []));
}

function stateOf(status: unknown): ContainerState {
  const ends = ['/state/terminated/reason', '/lastState/terminated/reason'].map((path) => valueAt(status, path));
  return {
    name: text(status, '/name'),
    restarts: Number(valueAt(status, '/restartCount') ?? 0),
    killed: ends.includes('OOMKilled'),
    waiting: text(status, '/state/waiting/reason'),
    message: text(status, '/state/waiting/message'),
  };
}

function conditions(pod: unknown): readonly Readonly<Record<string, unknown>>[] {
  const list = valueAt(pod, '/status/conditions');
  return Array.isArray(list) ? list.filter(isObject) : [];
}

function text(value: unknown, path: string): string {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : '';
}
