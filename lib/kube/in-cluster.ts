/** The fall-back inside a pod: address from the environment, credentials from the service account's mounted files. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Runtime } from '../types/runtime.ts';

/** Where the kubelet mounts a pod's service account. */
export const SERVICE_ACCOUNT_DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount';

export interface InCluster {
  readonly server: string;
  readonly tokenFile: string;
  readonly certificateAuthority: string;
  readonly namespace: string;
}

/** What a pod, whose service account is mounted at `directory`, knows of its cluster; undefined outside of a pod. */
export async function inCluster(runtime: Runtime, directory: string): Promise<InCluster | undefined> {
  const host = runtime.env.KUBERNETES_SERVICE_HOST;
  const port = runtime.env.KUBERNETES_SERVICE_PORT;
  const tokenFile = join(directory, 'token');
  if (!host || !port || (await contents(tokenFile)) === undefined) return undefined;
  const namespace = runtime.env.POD_NAMESPACE || (await contents(join(directory, 'namespace')))?.trim();
  return {
    server: `https://${host.includes(':') ? `[${host}]` : host}:${port}`,
    tokenFile,
    certificateAuthority: join(directory, 'ca.crt'),
    namespace: namespace || 'default',
  };
}

async function contents(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}
