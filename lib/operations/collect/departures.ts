/** Pods that ended or went between two rounds: told by a watch, else by comparing with the round before. */

import { podRow } from '../../collect/present.ts';
import type { PodSample } from '../../types/observation.ts';
import type { Pod } from '../../types/workload.ts';
import type { KnownPod } from './round-state.ts';

/** A pod that a watch saw go, or come and go. */
export interface Departed {
  readonly pod: Pod;
  readonly owner: { readonly kind: string; readonly name: string };
  /** When it was seen to go. */
  readonly atMs: number;
}

const NONE = Number.NaN;

/** Rows of pods that were there in the round before and are no more, at the instant at which they are missed. */
export function missed(before: readonly KnownPod[], now: readonly PodSample[], atMs: number): readonly PodSample[] {
  const present = new Set(now.map(({ uid }) => uid));
  return before
    .filter(({ uid }) => !present.has(uid))
    .map((pod) => ({
      ...pod,
      atMs,
      phase: 'Gone',
      ready: false,
      startedAtMs: pod.startedAtMs ?? NONE,
      endedAtMs: NONE,
      cpuRequestCores: NONE,
      memoryRequestBytes: NONE,
      cpuLimitCores: NONE,
      memoryLimitBytes: NONE,
    }));
}

/** The row of a pod that was seen to go: it ended then, unless its containers had before. */
export function departedRow({ pod, owner, atMs }: Departed): PodSample {
  const row = podRow(owner, pod, atMs);
  const hasEnded = pod.phase === 'Succeeded' || pod.phase === 'Failed';
  return { ...row, phase: hasEnded ? pod.phase : 'Gone', ready: false, endedAtMs: pod.endedAt ?? atMs };
}

export function knownPods(pods: readonly PodSample[]): readonly KnownPod[] {
  return pods.map(
    ({ namespace, workloadKind, workloadName, pod, uid, node, phase, restarts, oomKills, createdAtMs, startedAtMs }) => ({
      namespace,
      workloadKind,
      workloadName,
      pod,
      uid,
      node,
      phase,
      restarts,
      oomKills,
      createdAtMs,
      startedAtMs: Number.isNaN(startedAtMs) ? null : startedAtMs,
    }),
  );
}
