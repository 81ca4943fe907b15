/** Kubeconfig files for the tests. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { KubeClient } from '../../lib/kube/client.ts';
import { connect } from '../../lib/kube/connect.ts';
import type { ConnectionOptions } from '../../lib/kube/connection.ts';
import type { UpidError } from '../../lib/types/errors.ts';
import { certificates } from './certificates.ts';
import { type TestRuntime, temporaryFolder, testRuntime } from './runtime.ts';
import type { TestServer } from './server.ts';

export interface ConfigParts {
  readonly cluster?: object;
  readonly user?: object;
  readonly context?: object;
}

/** Writes a kubeconfig with one context `test`; the cluster trusts the tests' authority. Returns the path. */
export function writeConfig(server: string, parts: ConfigParts = {}, file = join(temporaryFolder(), 'config')): string {
  const trust = server.startsWith('https')
    ? { 'certificate-authority-data': Buffer.from(certificates().ca).toString('base64') }
    : {};
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server, ...trust, ...parts.cluster } }],
    users: [{ name: 'tester', user: parts.user ?? { token: 'secret-token' } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'tester', ...parts.context } }],
  };
  writeFileSync(file, stringify(config));
  return file;
}

/** A client of a test server through a kubeconfig of its own; closed with the server by `done`. */
export async function clientOf(
  server: TestServer | string,
  parts: ConfigParts = {},
  options: ConnectionOptions = {},
  runtime: TestRuntime = testRuntime(),
  signal?: AbortSignal,
): Promise<KubeClient> {
  const url = typeof server === 'string' ? server : server.url;
  return connect({ kubeconfig: writeConfig(url, parts), ...options }, runtime, signal);
}

/** The error a promise ends with. */
export async function errorOf(promise: Promise<unknown>): Promise<UpidError> {
  try {
    await promise;
  } catch (error) {
    return error as UpidError;
  }
  throw new Error('expected an error, there was none');
}
