/** What the API server adds to an object that it stores. */

import type { ClusterDescription } from '../description.ts';
import type { Manifest } from '../manifests.ts';
import { uid, uniform } from '../random.ts';
import { withDefaults } from './defaults.ts';

/** What objects are made from. */
export interface Making {
  readonly description: ClusterDescription;
  readonly nowMs: number;
}

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** RFC 3339 with whole seconds, as the API server writes times. */
export function timestamp(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

export function objectUid({ description }: Making, kind: string, namespace: string, name: string): string {
  return uid(description.seed, 'uid', kind, namespace, name);
}

/** The object as it is stored: identity, creation, generation, owner; status where there is one. */
export function stored(
  making: Making,
  manifest: Manifest,
  created: number,
  more: { readonly owner?: Owner; readonly status?: Readonly<Record<string, unknown>> } = {},
): Manifest {
  const { name, namespace = '' } = manifest.metadata as { readonly name: string; readonly namespace?: string };
  const { owner, status } = more;
  return {
    ...withDefaults(manifest),
    metadata: {
      ...manifest.metadata,
      uid: objectUid(making, manifest.kind, namespace, name),
      resourceVersion: String(resourceVersion(making, manifest.kind, namespace, name)),
      creationTimestamp: timestamp(created),
      ...(manifest.spec !== undefined && manifest.kind !== 'Pod' && { generation: 1 }),
      ...(owner && {
        ownerReferences: [{ ...owner, uid: ownerUid(making, owner, namespace), controller: true, blockOwnerDeletion: true }],
      }),
    },
    ...(status && { status }),
  };
}

/** A node, which owns its heartbeat, is in no namespace. */
function ownerUid(making: Making, { kind, name }: Owner, namespace: string): string {
  return objectUid(making, kind, kind === 'Node' ? '' : namespace, name);
}

function resourceVersion({ description }: Making, kind: string, namespace: string, name: string): number {
  return 1_000_000 + Math.floor(uniform(description.seed, 'version', kind, namespace, name) * 3_000_000);
}
