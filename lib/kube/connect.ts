/** From kubectl's connection flags to a client: the door to a real cluster. */

import type { Runtime } from '../types/runtime.ts';
import type { KubeClient } from './client.ts';
import type { ConnectionOptions } from './connection.ts';
import { httpClient } from './http.ts';
import { loadKubeconfig } from './kubeconfig.ts';
import { resolveTarget } from './target.ts';

/**
 * Finds out which cluster is meant, and as whom, by kubectl's rules, and returns a client for it. Sends nothing yet.
 * @param signal ends every request of the client, and a credential plugin that runs.
 * @throws UpidError kubeconfig-missing, kubeconfig-invalid, context-missing, credential-plugin, usage.
 */
export async function connect(options: ConnectionOptions, runtime: Runtime, signal?: AbortSignal): Promise<KubeClient> {
  const config = await loadKubeconfig(options.kubeconfig, runtime);
  return httpClient(await resolveTarget(config, options, runtime), options, runtime, signal);
}
