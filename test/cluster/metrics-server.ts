/** metrics-server as the aggregated API metrics.k8s.io: its process, and the objects by which the API server finds it. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '../../lib/kube/simulated/manifests.ts';
import type { TestCluster } from './cluster.ts';
import { API_ADDRESS, METRICS_SERVER_PORT } from './network.ts';

const NAME = 'metrics-server';
const NAMESPACE = 'kube-system';

/** It answers for pods after it has asked the nodes twice. */
const FIRST_ANSWER_MILLISECONDS = 90_000;

export async function installMetricsServer(cluster: TestCluster): Promise<void> {
  await cluster.start('metrics-server');
  const { api } = cluster;
  await api.create(`/api/v1/namespaces/${NAMESPACE}/services`, SERVICE);
  await api.create(`/apis/discovery.k8s.io/v1/namespaces/${NAMESPACE}/endpointslices`, ENDPOINTS);
  await api.create('/apis/apiregistration.k8s.io/v1/apiservices', API_SERVICE);
}

/** Waits until the metrics of that many pods are there. @throws Error after a minute and a half. */
export async function metricsAnswer(cluster: TestCluster, pods: number): Promise<void> {
  const end = performance.now() + FIRST_ANSWER_MILLISECONDS;
  let found = 0;
  while (performance.now() < end) {
    const items = await cluster.api.list('/apis/metrics.k8s.io/v1beta1/pods').catch(() => []);
    found = items.length;
    if (found >= pods) return;
    await sleep(250);
  }
  throw new Error(`metrics-server tells of ${found} pods, not of ${pods}`);
}

/** Without selector: the process is no pod. */
const SERVICE: Manifest = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: NAME, labels: { 'k8s-app': NAME } },
  spec: { ports: [{ name: 'https', port: 443, targetPort: METRICS_SERVER_PORT }] },
};

const ENDPOINTS: Manifest = {
  apiVersion: 'discovery.k8s.io/v1',
  kind: 'EndpointSlice',
  metadata: { name: NAME, labels: { 'kubernetes.io/service-name': NAME } },
  addressType: 'IPv4',
  ports: [{ name: 'https', port: METRICS_SERVER_PORT }],
  endpoints: [{ addresses: [API_ADDRESS], conditions: { ready: true } }],
};

const API_SERVICE: Manifest = {
  apiVersion: 'apiregistration.k8s.io/v1',
  kind: 'APIService',
  metadata: { name: 'v1beta1.metrics.k8s.io' },
  spec: {
    group: 'metrics.k8s.io',
    version: 'v1beta1',
    service: { name: NAME, namespace: NAMESPACE, port: 443 },
    groupPriorityMinimum: 100,
    versionPriority: 100,
    insecureSkipTLSVerify: true,
  },
};
