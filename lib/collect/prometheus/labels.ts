/** How this server's container metrics are labelled: exporters and scrape configurations differ. */

import type { PrometheusClient } from './client.ts';
import type { QueryGroup } from './groups.ts';
import { alternatives } from './groups.ts';

/** Names of the labels that say which container a series is of. */
export interface ContainerLabels {
  readonly namespace: string;
  readonly pod: string;
  /** Undefined where the runtime gives whole pods only (cri-dockerd). */
  readonly container: string | undefined;
}

/** A label that tells clusters apart in a server that holds many. */
export interface ClusterLabel {
  readonly name: string;
  readonly value: string;
}

export const CPU = 'container_cpu_usage_seconds_total';
export const MEMORY = 'container_memory_working_set_bytes';
export const CPU_PERIODS = 'container_cpu_cfs_periods_total';
export const CPU_THROTTLED_PERIODS = 'container_cpu_cfs_throttled_periods_total';
export const RECEIVED = 'container_network_receive_bytes_total';
export const TRANSMITTED = 'container_network_transmit_bytes_total';

/** `exported_` wins: the plain names are the scrape target's then. The last one, of whole pods, only where nothing better is. */
const FORMS: readonly (readonly [pod: string, container: string | undefined])[] = [
  ['exported_pod', 'exported_container'],
  ['pod', 'container'],
  ['pod_name', 'container_name'],
  ['kubernetes_pod_name', 'kubernetes_container_name'],
  ['pod', undefined],
  ['pod_name', undefined],
];

const NAMESPACES = ['exported_namespace', 'namespace', 'kubernetes_namespace', 'pod_namespace', 'namespace_name'] as const;

/** Asks for one series of each form; undefined where the server has no container metrics just now. @throws UpidError prometheus */
export async function detectLabels(
  client: PrometheusClient,
  cluster: ClusterLabel | undefined,
  nowMs: number,
): Promise<ContainerLabels | undefined> {
  const one = ([pod, container]: (typeof FORMS)[number]): string => {
    const named = container === undefined ? '' : `,${container}!="",${container}!="POD"`;
    return `topk(1, ${CPU}{${pod}!=""${named}${clusterMatcher(cluster)}})`;
  };
  const { series } = await client.instant(FORMS.map(one).join(' or '), nowMs);
  for (const [pod, container] of FORMS) {
    const found = series.find(({ labels }) => has(labels, pod) && (container === undefined || has(labels, container)));
    const namespace = found && NAMESPACES.find((name) => has(found.labels, name));
    if (namespace) return { namespace, pod, container };
  }
  return undefined;
}

function has(labels: Readonly<Record<string, string>>, name: string): boolean {
  return labels[name] !== undefined && labels[name] !== '' && labels[name] !== 'POD';
}

export function clusterMatcher(cluster: ClusterLabel | undefined): string {
  return cluster ? `,${cluster.name}=${JSON.stringify(cluster.value)}` : '';
}

/** Makes selectors for one group: `metric{namespace=~"…",…}`. */
export interface Selectors {
  readonly labels: ContainerLabels;
  /** Series of app containers. */
  readonly app: (metric: string) => string;
  /** Series of all containers, sidecars too. */
  readonly all: (metric: string) => string;
  /** Series of pods, whatever the container. */
  readonly pod: (metric: string, extra?: string) => string;
}

export function selectorsOf(group: QueryGroup, labels: ContainerLabels, cluster: ClusterLabel | undefined): Selectors {
  const namespaces = `${labels.namespace}=~"${alternatives(group.namespaces)}"`;
  const pods = group.pods === undefined ? `${labels.pod}!=""` : `${labels.pod}=~"${group.pods}"`;
  const where = `${namespaces},${pods}${clusterMatcher(cluster)}`;
  // Series of a whole pod have no container name; that of its sandbox is POD where the runtime shows it.
  const container = (leftOut: readonly string[]): string =>
    labels.container === undefined ? '' : `,${labels.container}!="",${labels.container}!~"${alternatives(['POD', ...leftOut])}"`;
  return {
    labels,
    app: (metric) => `${metric}{${where}${container(group.leftOut)}}`,
    all: (metric) => `${metric}{${where}${container([])}}`,
    pod: (metric, extra = '') => `${metric}{${where}${extra}}`,
  };
}
