/** What the columns of the views mean: the one place that documents them. Types come from the schema. */

import type { ViewColumn, ViewName } from '../types/history.ts';
import { COLUMNS, HOURLY_TABLES, RAW_TABLES, readType } from './schema.ts';

/** One line for each view. */
export const VIEWS: Readonly<Record<ViewName, string>> = {
  samples: 'One container, or the network of one pod (container is empty), at one instant',
  pods: 'One pod at one instant',
  workloads: 'One workload at one instant',
  nodes: 'One node at one instant',
  hourly: 'One container, or the network of one pod, over one hour',
  hourly_pods: 'One pod as it was last seen within an hour',
  hourly_workloads: 'One workload over one hour, means',
  hourly_nodes: 'One node over one hour, means and highest use',
  cluster_metrics: 'The whole cluster: five minutes a row where there are raw rows, an hour before that',
};

const USE = { cpu: 'cores', memory: 'bytes', network: 'bytes per second' } as const;

/** By name of the column; a column means the same wherever it stands. */
const MEANING: Readonly<Record<string, string>> = {
  observed_at: 'instant of the observation, UTC',
  hour: 'start of the hour, UTC',
  namespace: 'namespace',
  workload_kind: 'kind of the workload, the top of the chain of owners',
  workload_name: 'name of the workload',
  pod: 'name of the pod',
  container: 'name of the container; empty in the row of a pod’s network',
  app: 'false for a known sidecar',
  source: 'what told it: metrics.k8s.io, kubelet, prometheus, file',
  cpu_cores: 'CPU in use, cores',
  memory_bytes: 'working set, bytes',
  network_bytes_per_second: 'received and transmitted, bytes per second',
  requests: 'requests of users that were counted, probes left out',
  window_seconds: 'length of what the rates were averaged over, seconds',
  cpu_peak_cores: 'highest CPU since the observation before, cores, where the source knows it',
  memory_peak_bytes: 'highest working set since the observation before, bytes, where the source knows it',
  network_peak_bytes_per_second: 'highest rate since the observation before, bytes per second, where the source knows it',
  uid: 'UID of the object',
  node: 'name of the node; empty while the pod is not scheduled',
  phase: 'Pending, Running, Succeeded, Failed, Unknown; Gone for a pod that went since the observation before',
  ready: 'whether it is ready; of an hour whether it always was, of a pod as last seen',
  restarts: 'restarts of its containers so far',
  oom_kills: 'containers whose last termination was for want of memory',
  created_at: 'creation of the object, UTC',
  started_at: 'start of the pod, UTC',
  ended_at: 'end of the pod, UTC',
  cpu_request_cores: 'sum of CPU requests, cores',
  memory_request_bytes: 'sum of memory requests, bytes',
  cpu_limit_cores: 'sum of CPU limits, cores',
  memory_limit_bytes: 'sum of memory limits, bytes',
  desired_replicas: 'spec.replicas',
  pods: 'number of pods',
  ready_pods: 'number of pods that are ready',
  cost_per_hour: 'list price of what is requested (workloads) or allocatable (nodes) for an hour; an allocation, no bill',
  allocatable_cpu_cores: 'CPU that pods may request, cores',
  allocatable_memory_bytes: 'memory that pods may request, bytes',
  requested_cpu_cores: 'CPU that its pods request, cores',
  requested_memory_bytes: 'memory that its pods request, bytes',
  currency: 'currency of the price',
  price_source: 'where the price comes from',
  samples: 'observations within the hour',
  first_at: 'first observation within the hour, UTC',
  last_at: 'last observation within the hour, UTC',
  ...Object.fromEntries(Object.entries(USE).flatMap(([of, unit]) => hourlyMeanings(of, unit))),
};

function hourlyMeanings(of: string, unit: string): readonly (readonly [string, string])[] {
  const suffix = unit.replaceAll(' ', '_');
  const figure = (name: string, meaning: string) => [`${of}_${name}_${suffix}`, `${meaning} within the hour, ${unit}`] as const;
  return [
    figure('mean', 'mean'),
    figure('p50', 'median'),
    figure('p95', '95th percentile'),
    figure('p99', '99th percentile'),
    figure('max', 'highest value, peaks between observations among them,'),
    figure('min', 'lowest value'),
    [`${of}_seconds`, 'how much of the hour the observations stand for, seconds'],
  ];
}

const CLUSTER_METRICS = [
  ['cluster_id', 'VARCHAR', 'UID of kube-system'],
  ['timestamp', 'TIMESTAMP', 'start of the five minutes or of the hour, UTC'],
  ['cpu_usage', 'DOUBLE', 'CPU in use, cores: sum over nodes; over containers where no nodes were recorded'],
  ['memory_usage', 'DOUBLE', 'working set, bytes: sum as of cpu_usage'],
  ['network_io', 'DOUBLE', 'received and transmitted, bytes per second: sum as of cpu_usage'],
  ['cost_per_hour', 'DOUBLE', 'list price of the nodes for an hour; missing where no nodes were recorded'],
] as const;

/** Every column of every view, in their order. @throws Error for a column that is not described: a bug */
export function viewColumns(): readonly ViewColumn[] {
  const tables = [...RAW_TABLES, ...HOURLY_TABLES].flatMap((view) =>
    Object.entries(COLUMNS[view]).map(([name, type]) => ({ view, name, type: readType(type), meaning: meaningOf(name) })),
  );
  return [...tables, ...CLUSTER_METRICS.map(([name, type, meaning]) => ({ view: 'cluster_metrics', name, type, meaning }))];
}

function meaningOf(name: string): string {
  const meaning = MEANING[name];
  if (meaning === undefined) throw new Error(`the column ${name} is not described`);
  return meaning;
}
