/** What the tests of back-filling fill, and how they ask for it. */

import type { KubeClient } from '../../lib/kube/client.ts';
import { type Backfilled, type BackfillRequest, backfill } from '../../lib/operations/collect/backfill.ts';
import { workload } from '../collect/workload.ts';
import { testRuntime } from '../kube/runtime.ts';

export const WORKLOADS = [
  workload({
    name: 'web',
    pods: ['web-77b9fdc8d5-zzzzz'],
    containers: [{ name: 'main' }, { name: 'istio-proxy', image: 'docker.io/istio/proxyv2:1.29' }],
  }),
  workload({ name: 'db', kind: 'StatefulSet', pods: ['db-0'] }),
];

/** Asks the server at `url` for what is missing. */
export function fillGaps(
  parts: Pick<BackfillRequest, 'history' | 'nowMs' | 'seconds'> & { readonly url: string; readonly namespace?: string },
): Promise<Backfilled> {
  const { url, namespace = '', history, nowMs, seconds } = parts;
  return backfill({
    // With a URL the cluster is not asked.
    client: {} as KubeClient,
    prometheus: { url, headers: [], enabled: true },
    workloads: WORKLOADS,
    sidecars: [],
    signal: new AbortController().signal,
    progress: () => undefined,
    runtime: testRuntime(),
    history,
    nowMs,
    seconds,
    namespace,
  });
}
