/** Objects that carry the mark of a change, for a machine whose journal knows nothing of it. */

import type { KubeClient } from '../kube/client.ts';
import { UpidError } from '../types/errors.ts';
import type { ObjectReference } from '../types/workload.ts';
import { CHANGE_ANNOTATION, type Mark, marksOf } from './mark.ts';
import { SOURCE } from './object.ts';
import { BUILT_IN, type ServedKind } from './resource-path.ts';
import { isObject, valueAt } from './values.ts';

export interface Marked {
  readonly target: ObjectReference;
  /** Oldest first; at least one. */
  readonly marks: readonly Mark[];
}

/** Kinds whose objects are looked at for marks. */
const KINDS: readonly ServedKind[] = [...BUILT_IN, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', plural: 'rollouts' }];

/** `namespace`: empty for all. Kinds that are not served or may not be listed are left out. @throws UpidError as `KubeClient.list` */
export async function findMarked(client: KubeClient, namespace: string, signal: AbortSignal): Promise<readonly Marked[]> {
  const within = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  const lists = await Promise.all(
    KINDS.map(async ({ apiVersion, kind, plural }) => {
      try {
        const { items } = await client.list(`/apis/${apiVersion}${within}/${plural}`, {
          source: SOURCE,
          chunkSize: 500,
          signal,
          keep: (object) => markedOf(object, apiVersion, kind),
        });
        return items;
      } catch (error) {
        if (error instanceof UpidError && ['api-missing', 'not-found', 'forbidden'].includes(error.id)) return [];
        throw error;
      }
    }),
  );
  return lists.flat();
}

/** Undefined where it carries none of its own. */
export function markedOf(object: unknown, apiVersion: string, kind: string): Marked | undefined {
  const annotations = valueAt(object, '/metadata/annotations');
  if (!isObject(annotations) || annotations[CHANGE_ANNOTATION] === undefined) return undefined;
  const target = referenceOf(object, apiVersion, kind);
  // A copy that somebody made of a changed object carries the mark of the original.
  const marks = (marksOf(object) ?? []).filter(({ uid }) => uid === target.uid);
  return marks.length === 0 ? undefined : { target, marks };
}

export function referenceOf(object: unknown, apiVersion: string, kind: string): ObjectReference {
  const text = (field: string): string => String(valueAt(object, `/metadata/${field}`) ?? '');
  return { apiVersion, kind, namespace: text('namespace'), name: text('name'), uid: text('uid') };
}

/** The kind of that name, whatever its case; undefined for one that is not looked at for marks. */
export function kindNamed(name: string): ServedKind | undefined {
  return KINDS.find(({ kind }) => kind.toLowerCase() === name.toLowerCase());
}
