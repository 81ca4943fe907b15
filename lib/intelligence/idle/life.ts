/** Life: old enough, ready, not restarted, and of a kind that can be idle at all. */

import { formatAge } from '../../types/duration.ts';
import type { Factor } from '../../types/idle.ts';
import type { Pod } from '../../types/workload.ts';
import type { Point } from '../evidence/timeline.ts';
import { type IdleContext, onceFor, type Signals } from './signals.ts';

/** Kinds whose pods come and go, or serve a node, by their nature. */
const NEVER_IDLE: Readonly<Record<string, string>> = {
  Job: 'a Job runs until it is done',
  CronJob: 'a CronJob runs by its schedule',
  DaemonSet: 'a DaemonSet serves its nodes, not users',
  Node: 'a static pod belongs to its node',
};

/** What the life of the pods allows to be said. `refutes`: cannot be idle by its kind. `unknown`: too young, restarted, or broken. */
export function lifeFactor(signals: Signals, { nowMs, settings }: IdleContext): Factor {
  const { workload, pods } = signals;
  const byKind = NEVER_IDLE[workload.ref.kind] ?? (isStatic(pods) ? NEVER_IDLE.Node : undefined);
  if (byKind) return life('refutes', byKind);
  if (pods.length === 0) return { factor: 'life', state: 'unknown', evidence: 'no running pods', source: 'object status' };
  const starts = pods.map(startOf);
  const age = (nowMs - Math.max(...starts, workload.createdAt)) / 1000;
  const broken = pods.filter((pod) => !pod.ready);
  if (broken.length > 0) return life('unknown', notReady(broken, pods.length), age, settings.windowSeconds);
  if (age < settings.windowSeconds) {
    return life(
      'unknown',
      `started ${formatAge(age)} ago, and a whole window of ${formatAge(settings.windowSeconds)} must pass`,
      age,
      settings.windowSeconds,
    );
  }
  const restart = latestRestart(pods);
  if (restart !== undefined && nowMs - restart < settings.windowSeconds * 1000) {
    return life(
      'unknown',
      `restarted ${formatAge((nowMs - restart) / 1000)} ago, within the window of ${formatAge(settings.windowSeconds)}`,
      age,
      settings.windowSeconds,
    );
  }
  const who = pods.length === 1 ? 'its pod is' : `all ${pods.length} pods are`;
  return life('supports', `${who} ready and running for ${formatAge(age)} or longer`, age, settings.windowSeconds);
}

function life(state: Factor['state'], evidence: string, value?: number, requiredSeconds?: number): Factor {
  return {
    factor: 'life',
    state,
    evidence,
    source: 'object status',
    unit: 'seconds',
    ...(value !== undefined && { value }),
    ...(requiredSeconds !== undefined && { requiredSeconds }),
  };
}

/** Start of a pod; the API tells it after scheduling. */
export function startOf(pod: Pod): number {
  return pod.startedAt ?? pod.createdAt;
}

/** Starts of a pod and of its containers, which start again after they ended. */
export function startsOf(pod: Pod): readonly number[] {
  return [startOf(pod), ...pod.states.flatMap(({ startedAt }) => startedAt ?? [])];
}

/** Whether a point lies in the first hour after a pod or container started: what it shows is warm-up, and no use. */
export const startupTest = onceFor((signals: Signals, { settings }: IdleContext): ((point: Point) => boolean) => {
  const startupMs = settings.startupSeconds * 1000;
  // Of most pods the start lies before all that is known.
  const starts = signals.pods.flatMap(startsOf).filter((start) => start + startupMs > signals.earliestMs);
  return ({ fromMs, toMs }) => starts.some((start) => toMs > start && fromMs < start + startupMs);
});

/** Starts of containers after their pod's own, as instants: what runs now after something ended. */
function latestRestart(pods: readonly Pod[]): number | undefined {
  const instants = pods.flatMap((pod) =>
    pod.states.filter((state) => state.restarts > 0).map((state) => state.startedAt ?? state.lastTermination?.at ?? Number.NaN),
  );
  const known = instants.filter((instant) => !Number.isNaN(instant));
  return known.length > 0 ? Math.max(...known) : undefined;
}

function notReady(broken: readonly Pod[], all: number): string {
  const reason = broken
    .flatMap((pod) => pod.states.map((state) => state.lastTermination?.reason))
    .find((each) => each !== undefined);
  return `${broken.length} of ${all} pods not ready${reason ? ` (last ended by ${reason})` : ''}: what is broken uses nothing, and is not idle`;
}

function isStatic(pods: readonly Pod[]): boolean {
  return pods.some((pod) => pod.annotations['kubernetes.io/config.mirror'] !== undefined);
}
