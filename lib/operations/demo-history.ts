/**
 * Writes the history of the simulated cluster in the store's own format, for the build to ship: the demo reads it by the
 * same code that reads what `collect` has recorded. The same program writes the same bytes.
 */

import { chmod, readdir, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { demoCluster, SIMULATED_NOW_MS } from '../kube/simulated/demo-cluster.ts';
import type { ClusterDescription, WorkloadDescription } from '../kube/simulated/description.ts';
import { topOwner } from '../kube/simulated/objects/owners.ts';
import { type Replica, replicasSince } from '../kube/simulated/replicas.ts';
import { simulatedClient } from '../kube/simulated/transport.ts';
import { podSeries } from '../kube/simulated/usage.ts';
import { openHistory } from '../store/history.ts';
import { DAY, HOUR, MINUTE } from '../types/duration.ts';
import type { Runtime } from '../types/runtime.ts';
import { isSidecar } from '../types/sidecar.ts';
import type { Sample } from '../types/usage.ts';

/** Two weeks are what counts as earlier use; three, and a day, are what a forecast learns a weekly rhythm from. */
const HISTORY_SECONDS = 22 * DAY;

/** No more raw rows are shipped than the days that the window of the idle rule reaches into. What is older is hourly. */
const RETENTION = { rawSeconds: 0, hourlySeconds: HISTORY_SECONDS + DAY };

/** Sampled finely where the idle rule looks closely, and just finely enough for a nightly job before that. */
const STEPS = [
  { fromSeconds: HISTORY_SECONDS, toSeconds: 25 * HOUR, stepSeconds: 15 * MINUTE },
  { fromSeconds: 25 * HOUR, toSeconds: 0, stepSeconds: 5 * MINUTE },
] as const;

/** Digits that are kept: finer than any threshold of a rule, and few enough to compress. */
const DIGITS = 3;

export const DEMO_SOURCE = 'simulated';

/**
 * Writes 22 days of samples into `<folder>/<cluster id>`, rolled up but for the last ones.
 * @throws UpidError history-unwritable
 */
export async function writeDemoHistory(folder: string): Promise<void> {
  const clusterId = await demoClusterId();
  const history = openHistory({ directory: folder, clusterId, runtime: FIXED });
  try {
    await history.append(demoSamples(demoCluster(), SIMULATED_NOW_MS));
    await history.prune({ ...RETENTION, rawSeconds: RETENTION.hourlySeconds });
    await backdate(folder);
    await history.prune(RETENTION);
    await backdate(folder);
  } finally {
    history.close();
  }
  await openToAll(folder);
}

/** Files as old as they would be: a roll-up must have been there for a while before what it covers goes. */
async function backdate(folder: string): Promise<void> {
  const time = (SIMULATED_NOW_MS - DAY * 1000) / 1000;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    if (entry.isFile()) await utimes(join(entry.parentPath, entry.name), time, time);
}

/** A person's history is theirs alone; this one comes with a program that another user may have installed. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true }))
    await chmod(join(entry.parentPath, entry.name), entry.isDirectory() ? 0o755 : 0o644);
}

/** As every look finds it out. */
async function demoClusterId(): Promise<string> {
  const system = await simulatedClient().getJson('/api/v1/namespaces/kube-system', { source: 'identity' });
  return (system as { readonly metadata: { readonly uid: string } }).metadata.uid;
}

/** Rows of all pods that the cluster has had, as a collector that ran all the time would have recorded them. */
export function demoSamples(description: ClusterDescription, nowMs: number): readonly Sample[] {
  const fromMs = nowMs - HISTORY_SECONDS * 1000;
  return description.workloads.flatMap((workload) =>
    replicasSince(description, workload, fromMs, nowMs).flatMap((replica) => samplesOf(description, replica, nowMs)),
  );
}

function samplesOf(description: ClusterDescription, replica: Replica, nowMs: number): readonly Sample[] {
  return STEPS.flatMap(({ fromSeconds, toSeconds, stepSeconds }) => {
    const series = podSeries(replica.workload, replica.index, {
      fromMs: nowMs - fromSeconds * 1000,
      toMs: nowMs - toSeconds * 1000,
      stepSeconds,
      nowMs,
      seed: description.seed,
      podStartMs: replica.startMs,
      ...(replica.endMs !== undefined && { podEndMs: replica.endMs }),
    });
    const row = rowOf(replica, stepSeconds);
    const isApp = appContainers(replica.workload);
    return Array.from({ length: series.requests.length }, (_, step) => {
      // A rate stands at the end of what it was taken over.
      const atMs = series.startMs + (step + 1) * stepSeconds * 1000;
      const containers = [...series.containers].map(([container, { cpuCores, memoryBytes }]) => ({
        ...row,
        atMs,
        container,
        app: isApp.has(container),
        cpuCores: rounded(cpuCores[step]!),
        memoryBytes: rounded(memoryBytes[step]!),
      }));
      const network = {
        ...row,
        atMs,
        container: '',
        app: true,
        networkBytesPerSecond: rounded(series.receiveBytesPerSecond[step]! + series.transmitBytesPerSecond[step]!),
        requests: replica.workload.requestCounter === undefined ? Number.NaN : rounded(series.requests[step]!),
      };
      return [...containers, ...(replica.workload.hostNetwork ? [] : [network])].filter(isMeasured);
    }).flat();
  });
}

/** What all rows of a pod have in common; nothing measured yet. */
function rowOf({ workload, name }: Replica, windowSeconds: number): Sample {
  const top = topOwner(workload);
  return {
    atMs: Number.NaN,
    namespace: workload.namespace,
    workloadKind: top.kind,
    workloadName: top.name,
    pod: name,
    container: '',
    app: true,
    source: DEMO_SOURCE,
    cpuCores: Number.NaN,
    memoryBytes: Number.NaN,
    networkBytesPerSecond: Number.NaN,
    requests: Number.NaN,
    windowSeconds,
  };
}

function appContainers({ containers }: WorkloadDescription): ReadonlySet<string> {
  const app = containers.filter(
    ({ name, image, nativeSidecar }) => !isSidecar({ name, image, role: nativeSidecar ? 'sidecar' : 'app' }),
  );
  return new Set(app.map(({ name }) => name));
}

function isMeasured({ cpuCores, networkBytesPerSecond }: Sample): boolean {
  return !Number.isNaN(cpuCores) || !Number.isNaN(networkBytesPerSecond);
}

function rounded(value: number): number {
  return Number.isNaN(value) ? value : Number(value.toPrecision(DIGITS));
}

/** A process in which time stands still, so that part names do not differ from one build to the next. */
const FIXED: Runtime = {
  env: {},
  platform: 'linux',
  homeDirectory: '',
  workingDirectory: '',
  now: () => SIMULATED_NOW_MS,
  elapsed: () => 0,
  random: () => 0,
  stdinIsTerminal: false,
  warn: () => undefined,
  verbosity: 0,
  process: { id: 0, host: 'build', user: '', isRunning: () => false },
};
