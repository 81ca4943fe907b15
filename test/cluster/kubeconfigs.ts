/** Kubeconfigs of the parts (inside of the namespace) and of those who look from outside. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Users of the parts, each with a certificate of this name. */
export const PART_USERS = ['admin', 'controller-manager', 'scheduler', 'kwok', 'metrics-server', 'test-cluster'] as const;

/** Writes a kubeconfig with the certificates in it, so that it can be copied away. JSON is YAML. */
export function writeKubeconfig(file: string, certificates: string, user: string, server: string): void {
  const data = (name: string): string => readFileSync(join(certificates, name)).toString('base64');
  const name = 'test-cluster';
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name, cluster: { server, 'certificate-authority-data': data('ca.crt') } }],
    users: [{ name: user, user: { 'client-certificate-data': data(`${user}.crt`), 'client-key-data': data(`${user}.key`) } }],
    contexts: [{ name, context: { cluster: name, user } }],
    'current-context': name,
  };
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`, { mode: 0o600 });
}
