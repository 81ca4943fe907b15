/** Where one object is served: the API path of a kind, from a table for built-in kinds, else from discovery. */

import type { KubeClient } from '../kube/client.ts';
import { UpidError } from '../types/errors.ts';
import type { Right } from '../types/right.ts';
import type { ObjectReference } from '../types/workload.ts';

/** A kind's resource within its group and version. */
export interface ServedResource {
  readonly plural: string;
  readonly namespaced: boolean;
}

/** A kind as its API version serves it. */
export interface ServedKind extends Pick<ObjectReference, 'apiVersion' | 'kind'> {
  readonly plural: string;
}

/** Built-in kinds that are changed; all of them are namespaced. */
export const BUILT_IN: readonly ServedKind[] = [
  { apiVersion: 'apps/v1', kind: 'Deployment', plural: 'deployments' },
  { apiVersion: 'apps/v1', kind: 'StatefulSet', plural: 'statefulsets' },
  { apiVersion: 'apps/v1', kind: 'DaemonSet', plural: 'daemonsets' },
  { apiVersion: 'apps/v1', kind: 'ReplicaSet', plural: 'replicasets' },
  { apiVersion: 'batch/v1', kind: 'CronJob', plural: 'cronjobs' },
];

/** Looks a kind up, asking discovery once for each group and version. */
export class ResourceIndex {
  readonly #client: KubeClient;
  readonly #signal: AbortSignal | undefined;
  readonly #served = new Map<string, Promise<ReadonlyMap<string, ServedResource>>>();

  constructor(client: KubeClient, signal?: AbortSignal) {
    this.#client = client;
    this.#signal = signal;
  }

  /** @throws UpidError api-missing where the kind is not served, and as `KubeClient.getJson`. */
  async find({ apiVersion, kind }: Pick<ObjectReference, 'apiVersion' | 'kind'>): Promise<ServedResource> {
    const builtIn = BUILT_IN.find((each) => each.kind === kind && each.apiVersion === apiVersion);
    if (builtIn !== undefined) return { plural: builtIn.plural, namespaced: true };
    const pending = this.#served.get(apiVersion) ?? this.#ask(apiVersion);
    this.#served.set(apiVersion, pending);
    const found = (await pending).get(kind);
    if (found) return found;
    throw new UpidError('api-missing', `the cluster serves no ${kind} in ${apiVersion}`, {
      remedy: 'look at kubectl api-resources',
    });
  }

  async #ask(apiVersion: string): Promise<ReadonlyMap<string, ServedResource>> {
    const options = { source: 'discovery', ...(this.#signal && { signal: this.#signal }) };
    const { resources } = (await this.#client.getJson(groupPath(apiVersion), options)) as { resources?: unknown };
    const entries = (Array.isArray(resources) ? resources : []) as readonly {
      readonly name?: unknown;
      readonly kind?: unknown;
      readonly namespaced?: unknown;
    }[];
    return new Map(
      entries.flatMap(({ name, kind, namespaced }) =>
        typeof name === 'string' && typeof kind === 'string' && !name.includes('/')
          ? [[kind, { plural: name, namespaced: namespaced === true }] as const]
          : [],
      ),
    );
  }
}

/** `/apis/apps/v1/namespaces/shop/deployments/web`. */
export function objectPath(target: ObjectReference, { plural, namespaced }: ServedResource): string {
  const namespace = namespaced ? `/namespaces/${encodeURIComponent(target.namespace)}` : '';
  return `${groupPath(target.apiVersion)}${namespace}/${plural}/${encodeURIComponent(target.name)}`;
}

/** What a patch of the object takes. */
export function patchRight(target: ObjectReference, { plural, namespaced }: ServedResource): Right {
  const group = target.apiVersion.includes('/') ? `.${target.apiVersion.split('/')[0]}` : '';
  return { verb: 'patch', resource: `${plural}${group}`, ...(namespaced && { namespace: target.namespace }) };
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
