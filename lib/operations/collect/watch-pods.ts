/** Pods that go while nobody lists: told by a watch, so that also those that came and went between two rounds are recorded. */

import { type OwnedPod, pod as readPod, record, text } from '../../collect/objects/read.ts';
import type { KubeClient } from '../../kube/client.ts';
import { watch } from '../../kube/watch.ts';
import { messageOf } from '../../types/errors.ts';
import type { Workload } from '../../types/workload.ts';
import type { Departed } from './departures.ts';
import type { RepeatedCollectRequest } from './request.ts';

export interface PodWatch {
  /** What has gone since it was last taken. */
  take(): readonly Departed[];
  /** Of a round that failed. */
  giveBack(departed: readonly Departed[]): void;
  /** UIDs of pods that are being deleted. */
  leaving(): ReadonlySet<string>;
  /** Workloads of the newest round, by which owners are told. */
  know(workloads: readonly Workload[]): void;
  close(): Promise<void>;
}

/** A cluster where pods come and go by the thousand between two rounds is not kept whole. */
const MOST_DEPARTED = 20_000;

/** Begins to watch; `client` is closed with it. Where pods may not be watched, that is told and nothing is seen. */
export function watchPods(client: KubeClient, request: RepeatedCollectRequest): PodWatch {
  const { scope, runtime, signal } = request;
  const namespace = scope.allNamespaces ? '' : (scope.namespace ?? client.namespace);
  const path = `/api/v1${namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`}/pods`;
  const stopped = new AbortController();
  const ending = AbortSignal.any([signal, stopped.signal]);
  const leaving = new Set<string>();
  let departed: { readonly pod: OwnedPod; readonly atMs: number }[] = [];
  let owners: ReadonlyMap<string, Departed['owner']> = new Map();
  let given: readonly Departed[] = [];

  const version = async (): Promise<string> => {
    // What was being deleted may be gone by now: the next round tells.
    leaving.clear();
    const list = await client.getJson(path, { source: 'watch', query: { limit: 1 }, signal: ending });
    return text(record(record(list).metadata).resourceVersion);
  };
  const running = watch(client, path, {
    source: 'watch',
    resourceVersion: '',
    signal: ending,
    random: runtime.random,
    relist: version,
    onEvent({ type, object }) {
      const pod = readPod(object);
      if (type !== 'DELETED') {
        if (record(record(object).metadata).deletionTimestamp !== undefined) leaving.add(pod.uid);
        return;
      }
      leaving.delete(pod.uid);
      if (departed.length < MOST_DEPARTED) departed.push({ pod, atMs: runtime.now() });
    },
  }).catch((error: unknown) => {
    if (!ending.aborted) runtime.warn(`pods that come and go between two rounds are not seen: ${messageOf(error)}`);
  });

  return {
    take() {
      const taken = [...given, ...departed.map(({ pod, atMs }) => ({ pod, atMs, owner: ownerOf(pod, owners) }))];
      given = [];
      departed = [];
      return taken;
    },
    giveBack(back) {
      given = [...back, ...given];
    },
    leaving: () => new Set(leaving),
    know(workloads) {
      owners = ownersOf(workloads);
    },
    async close() {
      stopped.abort();
      await running;
      await client.close();
    },
  };
}

/** By UID of a pod, and by the name of what stands between a pod and its workload. */
function ownersOf(workloads: readonly Workload[]): ReadonlyMap<string, Departed['owner']> {
  return new Map(
    workloads.flatMap(({ ref, pods, replicaSetNames }) => [
      ...pods.map(({ uid }) => [uid, ref] as const),
      ...replicaSetNames.map((name) => [`${ref.namespace}/${name}`, ref] as const),
    ]),
  );
}

function ownerOf(pod: OwnedPod, owners: ReadonlyMap<string, Departed['owner']>): Departed['owner'] {
  const { owner } = pod;
  const known = owners.get(pod.uid) ?? (owner && owners.get(`${pod.namespace}/${owner.name}`));
  return known ?? { kind: owner?.kind ?? 'Pod', name: owner?.name ?? pod.name };
}
