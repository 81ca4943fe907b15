/**
 * Names that a person may want to type: of a kubeconfig's contexts, clusters and users, of a cluster's namespaces and workloads.
 * Asks for names alone, and imports late, since whoever asks is waiting at a prompt.
 */

import { stat } from 'node:fs/promises';
import { kubeconfigFiles } from '../kube/kubeconfig-paths.ts';
import type { Runtime } from '../types/runtime.ts';
import type { LookRequest } from './request.ts';

export interface KubeconfigNames {
  readonly contexts: readonly string[];
  readonly clusters: readonly string[];
  readonly users: readonly string[];
}

/** What the kubeconfig files are told apart by, without reading them. */
export interface KubeconfigState {
  /** Equal exactly as long as no file has been written. */
  readonly stamp: string;
  readonly bytes: number;
}

/** Looks at `--kubeconfig`, else at the files of KUBECONFIG, else at `~/.kube/config`. */
export async function kubeconfigState(flag: string | undefined, runtime: Runtime): Promise<KubeconfigState> {
  const files = kubeconfigFiles(flag, runtime);
  const states = await Promise.all(files.map((file) => stat(file).catch(() => undefined)));
  return {
    stamp: files.map((file, index) => `${file} ${states[index]?.mtimeMs} ${states[index]?.size}`).join('\n'),
    bytes: states.reduce((sum, state) => sum + (state?.size ?? 0), 0),
  };
}

/** In the order of the files. @throws UpidError kubeconfig-missing, kubeconfig-invalid */
export async function kubeconfigNames(flag: string | undefined, runtime: Runtime): Promise<KubeconfigNames> {
  const { loadKubeconfig } = await import('../kube/kubeconfig.ts');
  const { contexts, clusters, users } = await loadKubeconfig(flag, runtime);
  return { contexts: [...contexts.keys()], clusters: [...clusters.keys()], users: [...users.keys()] };
}

/** What is listed: a resource of the API, in the namespace that the connection names, where it has one. */
export interface NamedResource {
  /** Empty for the core group. */
  readonly group: string;
  /** `deployments`; all of them are served as v1. */
  readonly resource: string;
  readonly namespaced: boolean;
}

/** The server sends metadata alone where it can (since Kubernetes 1.15), else whole objects. */
const METADATA_ONLY = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json';

/** DNS-1123 subdomains, which the names of namespaces and workloads are: nothing that a shell could take for more than a name. */
const IS_NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;

/** @throws UpidError as `connect` and `KubeClient.list` */
export async function clusterNames(
  { group, resource, namespaced }: NamedResource,
  { connection, runtime, signal }: Pick<LookRequest, 'connection' | 'runtime' | 'signal'>,
): Promise<readonly string[]> {
  const { connect } = await import('../kube/connect.ts');
  const client = await connect(connection, runtime, signal);
  try {
    const root = group === '' ? '/api/v1' : `/apis/${group}/v1`;
    const place = namespaced ? `/namespaces/${encodeURIComponent(client.namespace)}` : '';
    const { items } = await client.list(`${root}${place}/${resource}`, {
      source: 'names',
      headers: { accept: METADATA_ONLY },
      signal,
      keep: nameOf,
    });
    return items;
  } finally {
    await client.close();
  }
}

function nameOf(item: unknown): string | undefined {
  const name = (item as { readonly metadata?: { readonly name?: unknown } } | null)?.metadata?.name;
  return typeof name === 'string' && IS_NAME.test(name) ? name : undefined;
}

/** Namespaces of the simulated cluster. */
export async function demoNamespaces(): Promise<readonly string[]> {
  const { demoCluster } = await import('../kube/simulated/demo-cluster.ts');
  return [...new Set(demoCluster().workloads.map(({ namespace }) => namespace))];
}

/** Workloads of a kind in the simulated cluster, whatever the case of the kind; those of all namespaces where none is given. */
export async function demoWorkloads(kind: string, namespace: string | undefined): Promise<readonly string[]> {
  const { demoCluster } = await import('../kube/simulated/demo-cluster.ts');
  return demoCluster()
    .workloads.filter((workload) => namespace === undefined || workload.namespace === namespace)
    .filter((workload) => (workload.owner?.kind ?? workload.kind).toLowerCase() === kind.toLowerCase())
    .map(({ name }) => name);
}
