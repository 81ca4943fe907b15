/** The question of `auth whoami`: what the kubeconfig says, and who the server takes us for. */

import { whoAmI } from '../../kube/access.ts';
import { UpidError } from '../../types/errors.ts';
import type { WhoAmI } from '../../types/identity.ts';
import { type ClusterRequest, openCluster } from './cluster.ts';

/** @throws UpidError as `connect` and `KubeClient.send`; a server that has no such API is an answer without an identity. */
export async function askWhoAmI(request: ClusterRequest): Promise<WhoAmI> {
  const { client, connection } = await openCluster(request);
  const known = { simulated: client.simulated, askedAtMs: request.runtime.now(), connection };
  try {
    return { ...known, identity: await whoAmI(client, { signal: request.signal }) };
  } catch (error) {
    if (!(error instanceof UpidError) || !UNTOLD.has(error.id)) throw error;
    const reason =
      error.id === 'forbidden'
        ? `the server does not tell who it takes you for (${error.message})`
        : 'the server does not tell who it takes you for: it is older than Kubernetes 1.28, or has this API switched off';
    return { ...known, reason };
  } finally {
    await client.close();
  }
}

const UNTOLD: ReadonlySet<string> = new Set(['api-missing', 'not-found', 'forbidden']);
