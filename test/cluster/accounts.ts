/** Service accounts on a running cluster, each with a role of its own: somebody who may do just this. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestCluster } from './cluster.ts';

/** A rule of a role. */
export interface Rule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface ApiObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
  readonly [field: string]: unknown;
}

export interface Account {
  /** `system:serviceaccount:NAMESPACE:NAME`. */
  readonly username: string;
  /** Of an hour. */
  readonly token: string;
  /** A file that goes with the process. */
  readonly kubeconfig: string;
}

/** Where they live. */
const NAMESPACE = 'default';
const RBAC = 'rbac.authorization.k8s.io';
const READY_MILLISECONDS = 10_000;

const folder = mkdtempSync(join(tmpdir(), 'upid-accounts-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Makes accounts, and takes them away again: a cluster may be shared. */
export class Accounts {
  readonly #cluster: TestCluster;
  readonly #made: string[] = [];

  constructor(cluster: TestCluster) {
    this.#cluster = cluster;
  }

  /** An account with these rights in one namespace, or everywhere. Returns when the server knows of them. */
  async make(name: string, rules: readonly Rule[], namespace?: string): Promise<Account> {
    // Other processes may make accounts of this name on the same cluster.
    const metadata = { name: `${name}-${process.pid}` };
    const username = `system:serviceaccount:${NAMESPACE}:${metadata.name}`;
    const accounts = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`;
    await this.#create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    await this.#allow(metadata, rules, namespace);
    await this.#known(username, rules[0], namespace);
    const request = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } };
    const answer = await this.#cluster.api.send('POST', `${accounts}/${metadata.name}/token`, request);
    const { token } = (answer as { readonly status: { readonly token: string } }).status;
    return { username, token, kubeconfig: writeUser(this.#cluster, metadata.name, { token }) };
  }

  async clear(): Promise<void> {
    for (const path of this.#made.toReversed()) await this.#cluster.api.send('DELETE', path);
  }

  async #allow(metadata: { readonly name: string }, rules: readonly Rule[], namespace: string | undefined): Promise<void> {
    const [prefix, where] = namespace === undefined ? ['Cluster', ''] : ['', `/namespaces/${namespace}`];
    const apiVersion = `${RBAC}/v1`;
    const root = `/apis/${apiVersion}${where}/${prefix.toLowerCase()}role`;
    await this.#create(`${root}s`, { apiVersion, kind: `${prefix}Role`, metadata, rules });
    await this.#create(`${root}bindings`, {
      apiVersion,
      kind: `${prefix}RoleBinding`,
      metadata,
      roleRef: { apiGroup: RBAC, kind: `${prefix}Role`, name: metadata.name },
      subjects: [{ kind: 'ServiceAccount', name: metadata.name, namespace: NAMESPACE }],
    });
  }

  async #create(collection: string, object: ApiObject): Promise<void> {
    await this.#cluster.api.send('POST', collection, object);
    this.#made.push(`${collection}/${object.metadata.name}`);
  }

  /** The authorizer hears of roles and bindings a moment after they are stored. */
  async #known(user: string, rule: Rule | undefined, namespace: string | undefined): Promise<void> {
    if (rule === undefined) return;
    const [resource, subresource] = rule.resources[0]!.split('/');
    const attributes = { verb: rule.verbs[0], group: rule.apiGroups[0], resource, subresource, name: rule.resourceNames?.[0] };
    const spec = { user, resourceAttributes: { ...attributes, namespace } };
    const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
    const end = performance.now() + READY_MILLISECONDS;
    for (;;) {
      const answer = await this.#cluster.api.send('POST', path, {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SubjectAccessReview',
        spec,
      });
      if ((answer as { readonly status: { readonly allowed: boolean } }).status.allowed) return;
      if (performance.now() > end) throw new Error(`${user} does not get its rights`);
      await sleep(20);
    }
  }
}

/** Writes the kubeconfig of a user, at the cluster's address or another that leads there. */
export function writeUser(cluster: TestCluster, name: string, user: object, server = cluster.apiUrl): string {
  const trust = { 'certificate-authority-data': readFileSync(join(cluster.folder, 'certificates', 'ca.crt')).toString('base64') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: 'test', cluster: { server, ...(server.startsWith('https') && trust) } }],
    users: [{ name, user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: name } }],
    'current-context': 'test',
  };
  const file = join(folder, `${name}.json`);
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
