/**
 * A cluster that holds objects which somebody has written down, as `kubectl get -o json` prints them: alone or in lists,
 * of any version that the API server would convert, perhaps with fields missing that it would have filled in.
 */

import { withOwners } from './adoption.ts';
import { builtInResource, groupVersionOf, resourcesWith } from './resources.ts';
import { inOrder, type Snapshot, type SnapshotObject } from './snapshot.ts';

type Raw = Readonly<Record<string, unknown>>;

/** Groups that kinds have left for another one. */
const FORMER_GROUPS: Readonly<Record<string, readonly string[]>> = {
  extensions: ['apps'],
  '': ['apps', 'batch', 'autoscaling', 'policy', 'coordination.k8s.io'],
};

const DEFAULT_NAMESPACE = 'default';

/** The objects as their API server would list them. What is no object is left out. */
export function snapshotOfObjects(objects: readonly unknown[]): Snapshot {
  const found = objects.flatMap(withinLists).map(normalised);
  const namespace = onlyNamespace(found);
  const placed = withOwners(found.map((object) => inNamespace(object, namespace))) as readonly Given[];
  const stored = Map.groupBy(placed, ({ apiVersion, kind }) => `${apiVersion} ${kind}`);
  const resources = resourcesWith(placed.filter((each) => !isBuiltIn(each)));
  const listed = new Map(
    resources.map((resource) => [resource, inOrder(stored.get(`${groupVersionOf(resource)} ${resource.kind}`) ?? [])]),
  );
  return { resources, objects: (resource) => listed.get(resource) ?? [] };
}

interface Given extends SnapshotObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** An object, or those of a list; items of a typed list do not name their kind. */
function withinLists(value: unknown): readonly Raw[] {
  const raw = recordOf(value);
  if (!raw) return [];
  const { kind, apiVersion, items } = raw;
  if (!Array.isArray(items)) return [raw];
  const itemKind = typeof kind === 'string' && kind !== 'List' ? kind.replace(/List$/, '') : undefined;
  return items.flatMap(withinLists).map((item) => ({ ...(itemKind && { kind: itemKind, apiVersion }), ...item }));
}

function normalised(raw: Raw): Given {
  const kind = typeof raw.kind === 'string' && raw.kind !== '' ? raw.kind : kindByFields(raw);
  const given = typeof raw.apiVersion === 'string' ? raw.apiVersion : '';
  const group = given.includes('/') ? given.slice(0, given.indexOf('/')) : '';
  const resource = [group, ...(FORMER_GROUPS[group] ?? [])]
    .map((each) => builtInResource(each, kind))
    .find((each) => each !== undefined);
  const apiVersion = resource ? groupVersionOf(resource) : given || 'v1';
  return { ...raw, apiVersion, kind, metadata: { name: '', ...recordOf(raw.metadata) } };
}

/** What an object is by what it alone has. */
function kindByFields({ spec, metadata }: Raw): string {
  const fields = recordOf(spec) ?? {};
  const owners = recordOf(metadata)?.ownerReferences;
  const isOwned = Array.isArray(owners) && owners.some((owner) => recordOf(owner)?.kind === 'Deployment');
  if (fields.containers !== undefined) return 'Pod';
  if (fields.scaleTargetRef !== undefined) return 'HorizontalPodAutoscaler';
  if (fields.holderIdentity !== undefined || fields.leaseDurationSeconds !== undefined) return 'Lease';
  if (fields.minAvailable !== undefined || fields.maxUnavailable !== undefined) return 'PodDisruptionBudget';
  if (fields.jobTemplate !== undefined) return 'CronJob';
  if (fields.serviceName !== undefined || fields.volumeClaimTemplates !== undefined) return 'StatefulSet';
  if (fields.template !== undefined) return isOwned ? 'ReplicaSet' : 'Deployment';
  return 'Unknown';
}

function isBuiltIn({ apiVersion, kind }: Given): boolean {
  return builtInResource(apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '', kind) !== undefined;
}

/** Where objects that name no namespace stand. */
function onlyNamespace(objects: readonly Given[]): string {
  const names = new Set(objects.flatMap(({ metadata }) => (metadata.namespace === undefined ? [] : [metadata.namespace])));
  const [only] = names;
  return names.size === 1 && typeof only === 'string' ? only : DEFAULT_NAMESPACE;
}

function inNamespace(object: Given, namespace: string): Given {
  const group = object.apiVersion.includes('/') ? object.apiVersion.slice(0, object.apiVersion.indexOf('/')) : '';
  const isNamespaced = builtInResource(group, object.kind)?.namespaced ?? true;
  return isNamespaced ? { ...object, metadata: { namespace, ...object.metadata } } : object;
}

function recordOf(value: unknown): Raw | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Raw) : undefined;
}
