/** The question of `auth can-i`: which rights of a command are held. Each is asked of the API server, the same one once. */

import { likelyServers } from '../../collect/prometheus/find.ts';
import type { ServicePort } from '../../collect/prometheus/transport.ts';
import { mayI } from '../../kube/access.ts';
import type { KubeClient } from '../../kube/client.ts';
import { UpidError } from '../../types/errors.ts';
import type { AskingCommand, NeededRight, ReviewedRight } from '../../types/rights.ts';
import { type ClusterRequest, openCluster } from './cluster.ts';
import { rightsOf } from './rights.ts';

export interface CanIRequest extends ClusterRequest {
  readonly commands: readonly AskingCommand[];
  /** Undefined: that of the context. Empty: all. */
  readonly namespace: string | undefined;
  readonly kubelet: boolean;
  /** Undefined: what looks like one among the Services. */
  readonly prometheus: ServicePort | undefined;
}

export interface CanI {
  readonly simulated: boolean;
  readonly askedAtMs: number;
  readonly context: string;
  readonly server: string;
  /** Empty: all. */
  readonly namespace: string;
  readonly rights: readonly ReviewedRight[];
}

/** @throws UpidError as `connect` and `KubeClient.send`; a review that fails alone is a right that is unknown. */
export async function askRights(request: CanIRequest): Promise<CanI> {
  const { client } = await openCluster(request);
  try {
    const namespace = request.namespace ?? client.namespace;
    return {
      simulated: client.simulated,
      askedAtMs: request.runtime.now(),
      context: client.context,
      server: client.server,
      namespace,
      rights: await reviewRights(client, { ...request, namespace }),
    };
  } finally {
    await client.close();
  }
}

/** As many at a time as the client has connections. @throws UpidError what keeps the server from answering anything */
export async function reviewRights(
  client: KubeClient,
  options: Pick<CanIRequest, 'commands' | 'kubelet' | 'prometheus' | 'signal'> & { readonly namespace: string },
): Promise<readonly ReviewedRight[]> {
  const { signal, namespace, commands, kubelet } = options;
  const [groups, prometheus] = await Promise.all([servedGroups(client, signal), proxied(client, options)]);
  return await Promise.all(
    rightsOf(commands, { prometheus, kubelet }).map((right) => review(client, right, { namespace, groups, signal })),
  );
}

/** The best candidate alone: it is what a look tries first. */
async function proxied(
  client: KubeClient,
  { prometheus, namespace, signal }: Pick<CanIRequest, 'prometheus' | 'signal'> & { readonly namespace: string },
): Promise<readonly ServicePort[]> {
  if (prometheus !== undefined) return [prometheus];
  return (await likelyServers(client, { namespace, signal })).slice(0, 1);
}

/** Undefined where discovery does not answer: then everything counts as served. */
async function servedGroups(client: KubeClient, signal: AbortSignal): Promise<ReadonlySet<string> | undefined> {
  try {
    const { groups } = (await client.getJson('/apis', { source: 'discovery', signal })) as { readonly groups?: unknown };
    const list = Array.isArray(groups) ? (groups as readonly ({ readonly name?: unknown } | null)[]) : [];
    return new Set(list.map((group) => String(group?.name ?? '')));
  } catch (error) {
    if (error instanceof UpidError && (error.id === 'forbidden' || error.id === 'api-missing' || error.id === 'server-error'))
      return undefined;
    throw error;
  }
}

async function review(
  client: KubeClient,
  right: NeededRight,
  around: { readonly namespace: string; readonly groups: ReadonlySet<string> | undefined; readonly signal: AbortSignal },
): Promise<ReviewedRight> {
  const [resource = '', subresource] = right.resource.split('/');
  const place = placeOf(right, around.namespace);
  const served = right.group === '' || around.groups === undefined || around.groups.has(right.group);
  const known = { ...right, served, ...(place !== undefined && { namespace: place }) };
  try {
    const { allowed, reason } = await mayI(
      client,
      {
        verb: right.verb,
        group: right.group,
        resource,
        ...(subresource !== undefined && { subresource }),
        ...(right.resourceName !== undefined && { name: right.resourceName }),
        ...(place && { namespace: place }),
      },
      { signal: around.signal },
    );
    return { ...known, state: allowed ? 'held' : 'missing', reason };
  } catch (error) {
    if (!(error instanceof UpidError) || !['forbidden', 'api-missing', 'server-error'].includes(error.id)) throw error;
    return { ...known, state: 'unknown', reason: error.message };
  }
}

/** Empty: all namespaces; undefined: at cluster scope. */
function placeOf({ place, resource, group }: NeededRight, namespace: string): string | undefined {
  if (typeof place === 'object') return place.namespace;
  if (place === 'scope') return namespace;
  return resource === 'services' && group === '' ? '' : undefined;
}
