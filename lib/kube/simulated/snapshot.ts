/** All objects of a described cluster at one instant, by resource and in the order of the API server's storage. */

import type { ClusterDescription } from './description.ts';
import type { Manifest } from './manifests.ts';
import { nodeMetrics, podMetrics } from './metrics.ts';
import { controllerObjects } from './objects/controllers.ts';
import type { Making } from './objects/metadata.ts';
import { defaultServiceAccounts, namespaceObjects, nodeLeases, nodeObjects } from './objects/nodes.ts';
import { podObject } from './objects/pods.ts';
import { apiServerService, limitRangeObjects, surroundingObjects } from './objects/surroundings.ts';
import { presentReplicas } from './placement.ts';
import { type ApiResource, groupVersionOf, resourcesServed } from './resources.ts';

export interface SnapshotObject {
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

export interface Snapshot {
  readonly resources: readonly ApiResource[];
  /** Sorted by namespace and name. */
  objects(resource: ApiResource): readonly SnapshotObject[];
}

/** Makes the objects; the same description and instant make the same ones. */
export function snapshotOf(description: ClusterDescription, nowMs: number): Snapshot {
  const making: Making = { description, nowMs };
  const resources = resourcesServed(description);
  const replicas = presentReplicas(description, nowMs);
  const byWorkload = Map.groupBy(replicas, ({ workload }) => workload);
  const made: readonly Manifest[] = [
    ...namespaceObjects(making),
    ...defaultServiceAccounts(making),
    ...nodeObjects(making),
    ...nodeLeases(making),
    ...limitRangeObjects(making),
    apiServerService(making),
    ...description.workloads.flatMap((workload) => {
      const own = byWorkload.get(workload) ?? [];
      return [...controllerObjects(making, workload, own), ...surroundingObjects(making, workload, own)];
    }),
    ...replicas.map((replica) => podObject(making, replica)),
  ];
  const stored = Map.groupBy(made, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const measured = new Map<string, () => readonly SnapshotObject[]>([
    ['PodMetrics', () => podMetrics(making, replicas) as readonly SnapshotObject[]],
    ['NodeMetrics', () => nodeMetrics(making, replicas) as readonly SnapshotObject[]],
  ]);
  const listed = new Map<ApiResource, readonly SnapshotObject[]>();
  return {
    resources,
    objects(resource) {
      const found =
        listed.get(resource) ??
        inOrder(measured.get(resource.kind)?.() ?? stored.get(`${groupVersionOf(resource)} ${resource.kind}`) ?? []);
      listed.set(resource, found);
      return found;
    },
  };
}

/** In the order of the API server's storage. */
export function inOrder(objects: readonly SnapshotObject[]): readonly SnapshotObject[] {
  const keyed = objects.map((object) => ({ object, key: keyOf(object) }));
  return keyed.sort((a, b) => compare(a.key, b.key)).map(({ object }) => object);
}

/** Where an object stands in a list: as in the API server's storage, by namespace and name. */
export function keyOf({ metadata }: SnapshotObject): string {
  const { namespace = '', name } = metadata as { readonly namespace?: string; readonly name: string };
  return `${namespace}/${name}`;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
