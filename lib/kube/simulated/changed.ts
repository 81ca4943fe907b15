/** What was changed of a simulated cluster: objects in the place of those of its snapshot, and what their controllers would make of it. */

import { groupVersionOf } from './resources.ts';
import type { Snapshot, SnapshotObject } from './snapshot.ts';

/** Keeps changed objects by their API path. */
export interface ChangedObjects {
  objects(): Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** Fulfilled when it is kept. */
  put(path: string, object: Readonly<Record<string, unknown>>): Promise<void>;
}

/** The snapshot with its changed objects. */
export function withChanged(snapshot: Snapshot, changed: ChangedObjects): Snapshot {
  return {
    resources: snapshot.resources,
    objects(resource) {
      const others = changed.objects();
      const group = groupVersionOf(resource);
      const root = group.includes('/') ? `/apis/${group}` : `/api/${group}`;
      return snapshot.objects(resource).map((object) => {
        const { namespace = '', name } = object.metadata;
        const path = `${root}${namespace === '' ? '' : `/namespaces/${String(namespace)}`}/${resource.plural}/${String(name)}`;
        const other = others[path];
        // A demo of another version has other objects: what was changed of those is no part of it.
        const isSame = (other?.metadata as { readonly uid?: unknown } | undefined)?.uid === object.metadata.uid;
        return isSame ? (other as unknown as SnapshotObject) : object;
      });
    },
  };
}

const COUNTERS = ['replicas', 'readyReplicas', 'availableReplicas', 'updatedReplicas', 'currentReplicas'] as const;

/** As stored, with a version of its own, and as its controller would report it a moment later. */
export function carriedOut(object: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const metadata = object.metadata as Readonly<Record<string, unknown>>;
  const { replicas } = (object.spec ?? {}) as { readonly replicas?: unknown };
  const status = object.status as Readonly<Record<string, unknown>> | undefined;
  return {
    ...object,
    metadata: { ...metadata, resourceVersion: String(Number(metadata.resourceVersion) + 1) },
    ...(status !== undefined && { status: { ...status, ...reported(status, metadata, replicas) } }),
  };
}

function reported(
  status: Readonly<Record<string, unknown>>,
  { generation }: Readonly<Record<string, unknown>>,
  replicas: unknown,
): Readonly<Record<string, unknown>> {
  return {
    ...('observedGeneration' in status && { observedGeneration: generation }),
    ...(typeof replicas === 'number' &&
      Object.fromEntries(COUNTERS.filter((name) => name in status || replicas > 0).map((name) => [name, replicas]))),
  };
}
