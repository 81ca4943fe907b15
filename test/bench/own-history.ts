/** A history as a collector would have recorded it: every container of a cluster's pods, at equal distances up to now. */

import { collectObjects } from '../../lib/collect/objects/collect.ts';
import type { KubeClient } from '../../lib/kube/client.ts';
import { openHistory } from '../../lib/store/history.ts';
import { HOUR } from '../../lib/types/duration.ts';
import type { Sample } from '../../lib/types/usage.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { testRuntime } from '../kube/runtime.ts';

export interface OwnHistory {
  /** Folder for `--history`. */
  readonly directory: string;
  readonly hours: number;
  readonly stepSeconds: number;
}

/** Writes it for the pods that the client sees. @returns its number of rows */
export async function writeOwnHistory(client: KubeClient, { directory, hours, stepSeconds }: OwnHistory): Promise<number> {
  const nowMs = Date.now();
  const scope = { namespace: '', names: [], chunkSize: 500 };
  const { cluster, objects } = await collectObjects(client, scope, {
    nowMs,
    signal: new AbortController().signal,
    progress: () => undefined,
  });
  let clock = nowMs;
  const runtime = testRuntime({ now: () => clock, random: Math.random });
  const history = openHistory({ directory, clusterId: cluster.id, runtime });
  try {
    let rows = 0;
    for (const instants of appends(nowMs, hours, stepSeconds)) {
      clock = instants.at(-1)!;
      const samples = instants.flatMap((atMs) => samplesAt(objects.workloads, atMs));
      await history.append(samples);
      rows += samples.length;
    }
    return rows;
  } finally {
    history.close();
  }
}

/** Instants of each append: whole hours as they lie when they have been merged, and the last hour run by run. */
function* appends(nowMs: number, hours: number, stepSeconds: number): Generator<readonly number[]> {
  const anHour = Array.from({ length: HOUR / stepSeconds }, (_, step) => (step + 1) * stepSeconds * 1000);
  for (let back = hours; back > 0; back--) {
    const instants = anHour.map((offset) => nowMs - back * HOUR * 1000 + offset);
    if (back > 1) yield instants;
    else yield* instants.map((instant) => [instant]);
  }
}

/** Rows of all containers at one instant. */
export function samplesAt(workloads: readonly Workload[], atMs: number): readonly Sample[] {
  return workloads.flatMap(({ ref, pods }) =>
    pods.flatMap((pod) =>
      pod.containers
        .filter(({ role }) => role !== 'init')
        .map(({ name }) => ({
          atMs,
          namespace: pod.namespace,
          workloadKind: ref.kind,
          workloadName: ref.name,
          pod: pod.name,
          container: name,
          app: true,
          source: 'metrics.k8s.io',
          // As metrics-server writes them: nanocores and whole pages, never twice the same.
          cpuCores: Math.round(Math.random() * 5e6) / 1e9,
          memoryBytes: 4096 * Math.round(15_000 + Math.random() * 500),
          networkBytesPerSecond: Number.NaN,
          requests: Number.NaN,
          windowSeconds: 15,
        })),
    ),
  );
}
