/** The cluster that is asked about rights: a client with what is known of the connection before anything is sent. */

import type { KubeClient } from '../../kube/client.ts';
import type { ConnectionOptions } from '../../kube/connection.ts';
import type { ConnectionDescription } from '../../types/identity.ts';
import type { Runtime } from '../../types/runtime.ts';

export interface ClusterRequest {
  readonly connection: ConnectionOptions;
  /** True: the simulated cluster inside the program. */
  readonly demo: boolean;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

export interface OpenedCluster {
  readonly client: KubeClient;
  readonly connection: ConnectionDescription;
}

/** Opens nothing yet; the caller closes the client. @throws UpidError as `connect`. */
export async function openCluster({ connection, demo, runtime, signal }: ClusterRequest): Promise<OpenedCluster> {
  if (demo) {
    const { simulatedClient } = await import('../../kube/simulated/transport.ts');
    const client = simulatedClient({ namespace: connection.namespace ?? 'default', runtime, signal });
    const { context, server, namespace } = client;
    return { client, connection: { context, server, namespace, user: 'demo', credentials: [], inCluster: false } };
  }
  const [{ loadKubeconfig }, { resolveTarget }, { httpClient }, { describeTarget }] = await Promise.all([
    import('../../kube/kubeconfig.ts'),
    import('../../kube/target.ts'),
    import('../../kube/http.ts'),
    import('../../kube/describe.ts'),
  ]);
  const target = await resolveTarget(await loadKubeconfig(connection.kubeconfig, runtime), connection, runtime);
  return { client: httpClient(target, connection, runtime, signal), connection: await describeTarget(target) };
}
