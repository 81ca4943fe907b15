/**
 * Use at this moment from metrics.k8s.io: v1, then v1beta1. One value per container, averaged by the kubelet over a short
 * window; no history, no network.
 */

import type { KubeClient } from '../kube/client.ts';
import { parseDuration } from '../types/duration.ts';
import { UpidError } from '../types/errors.ts';
import { parseQuantity } from '../types/quantity.ts';
import { formatRight } from '../types/right.ts';
import type { SourceReport } from '../types/source.ts';
import type { Sample } from '../types/usage.ts';
import type { Workload } from '../types/workload.ts';
import { type KnownContainer, knownContainers } from './known-containers.ts';
import { instant, list, type Raw, record, text } from './objects/read.ts';

const VERSIONS = ['v1', 'v1beta1'] as const;

export const METRICS_SOURCE = 'metrics.k8s.io';

export interface MetricsScope {
  /** Empty for all namespaces. */
  readonly namespace: string;
  readonly chunkSize: number;
  readonly sidecars: readonly string[];
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** One row per running container; a metrics API that is missing, forbidden or not ready becomes the report. */
export async function collectMetrics(
  client: KubeClient,
  workloads: readonly Workload[],
  scope: MetricsScope,
): Promise<{ readonly samples: readonly Sample[]; readonly report: SourceReport }> {
  const owners = knownContainers(workloads, scope.sidecars);
  const resource = `${scope.namespace === '' ? '' : `namespaces/${encodeURIComponent(scope.namespace)}/`}pods`;
  const keep = (item: unknown): readonly Sample[] | undefined => samplesOf(item, owners, scope.nowMs);
  const answer = await listMetrics(client, resource, { source: METRICS_SOURCE, signal: scope.signal, keep });
  if (answer.items === undefined) return { samples: [], report: refusalReport(answer.refusal, scope.namespace) };
  const samples = answer.items.flat();
  return { samples, report: reportOf(answer.version, answer.items.length, samples.length, workloads) };
}

/** Items of the newest version that is served; or what was said instead, undefined where none is. */
export type MetricsAnswer<T> =
  | { readonly version: string; readonly items: readonly T[] }
  | { readonly items?: undefined; readonly refusal: UpidError | undefined };

/**
 * Lists a resource of metrics.k8s.io in the newest version that answers.
 * @throws UpidError what has nothing to do with this API: a cluster that is not there, a cancellation
 */
export async function listMetrics<T>(
  client: KubeClient,
  resource: string,
  options: { readonly source: string; readonly signal: AbortSignal; readonly keep: (item: unknown) => T | undefined },
): Promise<MetricsAnswer<T>> {
  let refusal: UpidError | undefined;
  for (const version of VERSIONS) {
    try {
      const { items } = await client.list(`/apis/metrics.k8s.io/${version}/${resource}`, { ...options, chunkSize: 0 });
      return { version, items };
    } catch (error) {
      if (!(error instanceof UpidError) || !isMissing(error)) throw error;
      // A version that is ill says more than the other one, which is not served.
      refusal = refusal !== undefined && isServed(refusal) ? refusal : error;
      if (error.id === 'forbidden') break;
    }
  }
  return { refusal };
}

function isMissing(error: UpidError): boolean {
  return error.id === 'not-found' || error.id === 'api-missing' || error.id === 'forbidden' || isServed(error);
}

/** Whether somebody should have answered, but did not. */
function isServed(error: UpidError): boolean {
  return error.id === 'server-error' || error.id === 'cluster-timeout';
}

/** Rows of one PodMetrics; undefined for pods that are not looked at. */
function samplesOf(item: unknown, owners: ReadonlyMap<string, KnownContainer>, nowMs: number): readonly Sample[] | undefined {
  const raw = record(item);
  const metadata = record(raw.metadata);
  const namespace = text(metadata.namespace);
  const pod = text(metadata.name);
  const rows = list(raw.containers).flatMap((container) => {
    const owner = owners.get(`${namespace}/${pod}/${text(container.name)}`);
    return owner ? [row(raw, container, owner, namespace, pod, nowMs)] : [];
  });
  return rows.length > 0 ? rows : undefined;
}

function row(raw: Raw, container: Raw, owner: KnownContainer, namespace: string, pod: string, nowMs: number): Sample {
  const usage = record(container.usage);
  return {
    // A node's clock ahead of ours must not put a sample into the future.
    atMs: Math.min(instant(raw.timestamp) ?? nowMs, nowMs),
    namespace,
    workloadKind: owner.workload.ref.kind,
    workloadName: owner.workload.ref.name,
    pod,
    container: text(container.name),
    app: owner.app,
    source: METRICS_SOURCE,
    cpuCores: parseQuantity(text(usage.cpu)) ?? Number.NaN,
    memoryBytes: parseQuantity(text(usage.memory)) ?? Number.NaN,
    networkBytesPerSecond: Number.NaN,
    requests: Number.NaN,
    windowSeconds: parseDuration(text(raw.window)) ?? 0,
  };
}

function reportOf(version: string, pods: number, containers: number, workloads: readonly Workload[]): SourceReport {
  const running = workloads.flatMap((workload) => workload.pods).filter((pod) => pod.phase === 'Running').length;
  const gave = `${version}: ${pods} of ${running} running pods, ${containers} containers, one instant`;
  if (pods > 0 || running === 0) return { source: METRICS_SOURCE, state: 'used', gave };
  return {
    source: METRICS_SOURCE,
    state: 'partial',
    reason: `${version} answered, but has no figures for these pods`,
    remedy: 'new pods get figures after about two minutes',
  };
}

function refusalReport(refusal: UpidError | undefined, namespace: string): SourceReport {
  if (refusal?.id === 'forbidden') {
    const right = { verb: 'list', resource: 'pods.metrics.k8s.io', namespace };
    return {
      source: METRICS_SOURCE,
      state: 'forbidden',
      reason: `no right to ${formatRight(right)}; use at this moment is unknown`,
      remedy: `grant the right to ${formatRight(right)}`,
      right,
    };
  }
  if (refusal && isServed(refusal)) {
    return {
      source: METRICS_SOURCE,
      state: 'failed',
      reason: refusal.message,
      remedy: 'see whether metrics-server is healthy: kubectl get apiservice v1beta1.metrics.k8s.io',
    };
  }
  return {
    source: METRICS_SOURCE,
    state: 'absent',
    reason: 'the cluster does not serve metrics.k8s.io; use at this moment is unknown',
    remedy: 'install metrics-server',
  };
}
