/** OOM kills, as the pods' states tell of them. */

import type { Workload } from '../../types/workload.ts';
import type { PlanContext } from '../context.ts';
import { livePods } from '../pod-requests.ts';

export interface OomKill {
  readonly pod: string;
  readonly atMs: number;
  /** The limit it was killed at; absent where it had none and the node ran out of memory. */
  readonly limitBytes?: number;
}

/** The kill of a container at the highest limit within the period that counts; of equal ones the latest. */
export function oomKillOf(workload: Workload, container: string, { madeAtMs, settings }: PlanContext): OomKill | undefined {
  const kills = livePods(workload).flatMap((pod): readonly OomKill[] => {
    const ended = pod.states.find((state) => state.name === container)?.lastTermination;
    if (ended?.reason !== 'OOMKilled' || madeAtMs - ended.at > settings.oomPeriodSeconds * 1000) return [];
    const limitBytes = pod.containers.find((each) => each.name === container)?.limits.memoryBytes;
    return [{ pod: pod.name, atMs: ended.at, ...(limitBytes !== undefined && { limitBytes }) }];
  });
  return kills.toSorted((a, b) => (b.limitBytes ?? 0) - (a.limitBytes ?? 0) || b.atMs - a.atMs)[0];
}
