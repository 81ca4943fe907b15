/** The servers of the cluster's history: a pod and a Service each, and behind the pod's address the real process. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Manifest } from '../../../lib/kube/simulated/manifests.ts';
import { ApiError } from '../api.ts';
import type { TestCluster } from '../cluster.ts';
import { PROMETHEUS_PORT, VICTORIA_METRICS_PORT } from '../network.ts';
import { victoriaMetricsProgram } from '../parts.ts';

export type HistoryServer = 'prometheus' | 'victoria-metrics';

/** Those that can run on this machine: Prometheus is built, VictoriaMetrics has to be installed. */
export function historyServers(): readonly HistoryServer[] {
  return victoriaMetricsProgram() === undefined ? ['prometheus'] : ['prometheus', 'victoria-metrics'];
}

export const HISTORY_NAMESPACE = 'monitoring';

const IMAGES: Readonly<Record<HistoryServer, string>> = {
  prometheus: 'quay.io/prometheus/prometheus:v3.16.0',
  'victoria-metrics': 'docker.io/victoriametrics/victoria-metrics:v1.79.14',
};

export function historyPort(server: HistoryServer): number {
  return server === 'prometheus' ? PROMETHEUS_PORT : VICTORIA_METRICS_PORT;
}

/** Starts the process, which listens on all addresses and so on that of its pod. @throws Error where it is not installed. */
export async function startHistoryServer(cluster: TestCluster, server: HistoryServer): Promise<void> {
  if (!historyServers().includes(server)) throw new Error(`${server} is not installed`);
  if (server === 'prometheus') writeFileSync(join(cluster.folder, 'prometheus.yml'), 'global: { scrape_interval: 1m }\n');
  await cluster.start(server);
}

/** Makes the pods of all servers, and the Service of the first, by which the cluster's users find it. */
export async function installHistoryServers(cluster: TestCluster): Promise<void> {
  const { api, history } = cluster;
  if (history.length === 0) return;
  await api.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: HISTORY_NAMESPACE } });
  for (const server of history) await api.create(`/apis/apps/v1/namespaces/${HISTORY_NAMESPACE}/statefulsets`, pods(server));
  await publishHistory(cluster, history[0]);
}

/** Leaves a Service for this server only, or for none. */
export async function publishHistory(cluster: TestCluster, published: HistoryServer | undefined): Promise<void> {
  const services = `/api/v1/namespaces/${HISTORY_NAMESPACE}/services`;
  for (const server of cluster.history) {
    if (server === published) await cluster.api.create(services, service(server));
    else await cluster.api.send('DELETE', `${services}/${server}`).catch(unlessAbsent);
  }
}

function unlessAbsent(error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 404) throw error;
}

function labels(server: HistoryServer): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': server };
}

function pods(server: HistoryServer): Manifest {
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: server, labels: labels(server) },
    spec: {
      replicas: 1,
      serviceName: server,
      selector: { matchLabels: labels(server) },
      template: {
        metadata: { labels: labels(server) },
        spec: {
          containers: [
            {
              name: server,
              image: IMAGES[server],
              ports: [{ name: 'http', containerPort: historyPort(server) }],
              resources: { requests: { cpu: '100m', memory: '256Mi' } },
            },
          ],
        },
      },
    },
  };
}

function service(server: HistoryServer): Manifest {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: server, labels: labels(server) },
    spec: { selector: labels(server), ports: [{ name: 'http', port: historyPort(server), targetPort: 'http' }] },
  };
}
