/**
 * Owners for objects that were written down without them, as the controllers would adopt them: a pod or ReplicaSet without
 * an owner belongs to the controller whose selector selects it and whose name its own begins with.
 */

import type { SnapshotObject } from './snapshot.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Nearest to the pods first. */
const ADOPTERS: readonly string[] = ['ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'Deployment'];

/** The same objects with owners; a ReplicaSet that pods name and nobody wrote down stands again between them and its Deployment. */
export function withOwners(objects: readonly SnapshotObject[]): readonly SnapshotObject[] {
  const all = [...objects, ...absentReplicaSets(objects)];
  return all.map((object) => {
    const kinds = { Pod: ADOPTERS, ReplicaSet: ['Deployment'] }[String(object.kind)];
    if (!kinds || ownersOf(object).length > 0) return object;
    const owner = kinds
      .map((kind) => all.find((candidate) => candidate.kind === kind && adopts(candidate, object)))
      .find((found) => found !== undefined);
    return owner ? { ...object, metadata: { ...object.metadata, ownerReferences: [referenceTo(owner)] } } : object;
  });
}

function adopts(controller: SnapshotObject, object: SnapshotObject): boolean {
  const selector = recordOf(recordOf(recordOf(controller.spec).selector).matchLabels);
  const labels = recordOf(object.metadata.labels);
  return (
    controller.metadata.namespace === object.metadata.namespace &&
    String(object.metadata.name).startsWith(`${String(controller.metadata.name)}-`) &&
    Object.entries(selector).every(([name, value]) => labels[name] === value)
  );
}

function absentReplicaSets(objects: readonly SnapshotObject[]): readonly SnapshotObject[] {
  const present = new Set(objects.filter(({ kind }) => kind === 'ReplicaSet').map(({ metadata }) => metadata.name));
  const named = new Map(
    objects
      .filter(({ kind }) => kind === 'Pod')
      .flatMap((pod) =>
        ownersOf(pod)
          .filter(({ kind, name }) => kind === 'ReplicaSet' && !present.has(name))
          .map(({ name, uid }) => [name, { name, uid, namespace: pod.metadata.namespace }] as const),
      ),
  );
  return [...named.values()].map((metadata) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', metadata }));
}

function referenceTo({ apiVersion, kind, metadata }: SnapshotObject): Raw {
  return { apiVersion, kind, name: metadata.name, uid: metadata.uid ?? '', controller: true };
}

function ownersOf({ metadata }: SnapshotObject): readonly Raw[] {
  return Array.isArray(metadata.ownerReferences) ? metadata.ownerReferences.map(recordOf) : [];
}

function recordOf(value: unknown): Raw {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : {};
}
