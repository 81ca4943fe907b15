/** metrics.k8s.io: whether it is there, healthy, and how old its figures are. */

import { METRICS_SOURCE } from '../../collect/metrics-api.ts';
import type { KubeClient } from '../../kube/client.ts';
import { groupVersions } from '../../kube/discovery.ts';
import type { Check } from '../../types/doctor.ts';
import { formatAge } from '../../types/duration.ts';
import { messageOf, UpidError } from '../../types/errors.ts';
import { METRICS_API_SERVICE } from '../auth/rights.ts';
import type { DoctorRequest, ReachedCluster } from './request.ts';

const SUBJECT = 'metrics';

/** metrics-server asks the kubelets every 15 to 60 seconds; figures that are older come from nodes that do not answer. */
const OLD_SECONDS = 300;

const INSTALL =
  'install metrics-server: kubectl apply -f https://github.com/kubernetes-sigs/metrics-server/releases/latest/download/components.yaml';

export async function checkMetrics(
  { client, namespace }: ReachedCluster,
  { runtime, signal }: DoctorRequest,
): Promise<readonly Check[]> {
  const health = await apiServiceHealth(client, signal);
  const [version] = await groupVersions(client, METRICS_SOURCE, { signal });
  if (health?.available === false)
    return [
      failed(`its API service is not available: ${health.why}`, `look at it: kubectl describe apiservice ${METRICS_API_SERVICE}`),
    ];
  if (version === undefined)
    return [failed(`the cluster does not serve ${METRICS_SOURCE}, so that use at this moment is unknown`, INSTALL)];
  const place = namespace === '' ? '' : `/namespaces/${encodeURIComponent(namespace)}`;
  try {
    const { items } = await client.list(`/apis/${METRICS_SOURCE}/${version}${place}/pods`, {
      source: METRICS_SOURCE,
      chunkSize: 0,
      signal,
      keep: timestampOf,
    });
    return [agesOf(items, version, client.simulated ? Math.max(...items) : runtime.now())];
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    const remedy =
      error.id === 'forbidden'
        ? 'kubectl upid auth manifest --for view | kubectl apply -f -'
        : `look at it: kubectl describe apiservice ${METRICS_API_SERVICE}`;
    return [failed(messageOf(error), remedy)];
  }
}

/** Commands work without it; they only say less. */
function failed(says: string, remedy: string): Check {
  return { subject: SUBJECT, state: 'warning', says, remedy };
}

function timestampOf(item: unknown): number | undefined {
  const at = Date.parse(String((item as { readonly timestamp?: unknown } | null)?.timestamp));
  return Number.isNaN(at) ? undefined : at;
}

function agesOf(instants: readonly number[], version: string, nowMs: number): Check {
  if (instants.length === 0)
    return failed(`${version} answers, but has no figures of any pod`, 'new pods get figures after about two minutes');
  const oldest = Math.max(0, (nowMs - Math.min(...instants)) / 1000);
  const newest = Math.max(0, (nowMs - Math.max(...instants)) / 1000);
  const figures = { pods: instants.length, newestSeconds: Math.round(newest), oldestSeconds: Math.round(oldest) };
  const says = `${version} answers: ${instants.length} pods, figures ${formatAge(newest)} to ${formatAge(oldest)} old`;
  if (oldest <= OLD_SECONDS) return { subject: SUBJECT, state: 'ok', says, figures };
  return {
    subject: SUBJECT,
    state: 'warning',
    says,
    remedy: 'look at the log of metrics-server: some kubelets do not answer it',
    figures,
  };
}

/** Undefined where it may not be read. */
async function apiServiceHealth(
  client: KubeClient,
  signal: AbortSignal,
): Promise<{ readonly available: boolean; readonly why: string } | undefined> {
  try {
    const path = `/apis/apiregistration.k8s.io/v1/apiservices/${METRICS_API_SERVICE}`;
    const answer = await client.getJson(path, { source: METRICS_SOURCE, signal });
    const { status } = answer as { readonly status?: { readonly conditions?: readonly Condition[] } };
    const condition = status?.conditions?.find(({ type }) => type === 'Available');
    if (condition === undefined) return undefined;
    return { available: condition.status === 'True', why: condition.message ?? condition.reason ?? 'no reason is given' };
  } catch (error) {
    if (error instanceof UpidError && error.id !== 'cancelled') return undefined;
    throw error;
  }
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
}
