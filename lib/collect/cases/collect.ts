/** The workload that a case is about, read from its objects by the very code that reads a cluster, and its evidence. */

import { snapshotOfObjects } from '../../kube/simulated/given-objects.ts';
import { snapshotClient } from '../../kube/simulated/transport.ts';
import type { UsageEvidence } from '../../types/usage.ts';
import type { ClusterObjects, Workload } from '../../types/workload.ts';
import { collectObjects } from '../objects/collect.ts';
import type { IdleCase } from './read.ts';
import { evidenceOfCase } from './usage.ts';

export interface CollectedCase {
  readonly objects: ClusterObjects;
  /** Undefined where the objects hold no pod of any workload. */
  readonly workload: Workload | undefined;
  readonly evidence: UsageEvidence;
}

export async function collectCase(
  given: IdleCase,
  { sidecars, signal }: { readonly sidecars: readonly string[]; readonly signal: AbortSignal },
): Promise<CollectedCase> {
  const client = snapshotClient('case', () => snapshotOfObjects(given.objects));
  const scope = { namespace: '', names: [], chunkSize: 0 };
  const { objects } = await collectObjects(client, scope, { nowMs: given.nowMs, signal, progress: () => undefined });
  const owners = ownersOfSamples(given, objects.workloads);
  const workload = meant(given, objects.workloads, owners);
  const isOwn = (pod: string): boolean => (owners.get(pod) ?? workload) === workload;
  return {
    objects,
    workload,
    evidence: workload ? evidenceOfCase(given, workload, isOwn, sidecars) : { usage: [], requests: [], containers: [] },
  };
}

/** Which workload each sampled pod belongs to; pods that are gone are known by their names, or by none. */
function ownersOfSamples({ samples }: IdleCase, workloads: readonly Workload[]): ReadonlyMap<string, Workload> {
  const names = new Set(samples.map(({ pod }) => pod));
  return new Map(
    [...names].flatMap((name) => {
      const owner = workloads.find(({ pods }) => pods.some((pod) => pod.name === name)) ?? ownerByName(name, workloads);
      return owner ? [[name, owner] as const] : [];
    }),
  );
}

/** The workload with the longest name that the pod's begins with: `web-api-5d8f-x7z2k` is of `web-api` rather than of `web`. */
function ownerByName(pod: string, workloads: readonly Workload[]): Workload | undefined {
  const prefixes = workloads.flatMap((workload) =>
    [workload.ref.name, ...workload.replicaSetNames].map((name) => ({ workload, name })),
  );
  return prefixes.filter(({ name }) => pod.startsWith(`${name}-`)).toSorted((a, b) => b.name.length - a.name.length)[0]?.workload;
}

/** The one that was sampled; of several the one that was written down first. */
function meant(given: IdleCase, workloads: readonly Workload[], owners: ReadonlyMap<string, Workload>): Workload | undefined {
  const sampled = new Set(owners.values());
  const candidates = sampled.size > 0 ? workloads.filter((workload) => sampled.has(workload)) : workloads;
  if (candidates.length < 2) return candidates[0];
  const text = JSON.stringify(given.objects);
  const place = ({ ref, pods }: Workload): number => {
    const names = [ref.name, ...pods.map((pod) => pod.name)];
    const places = names.map((name) => text.indexOf(`"name":${JSON.stringify(name)}`)).filter((at) => at >= 0);
    return Math.min(text.length, ...places);
  };
  return candidates.toSorted((a, b) => place(a) - place(b))[0];
}
