/** What tests of changes put into a cluster, and the recommendations that they carry out on it. */

import { containerEdit, type Edit, editOf, replicasEdit } from '../../lib/optimize/patch.ts';
import type { Recommendation, RecommendationKind } from '../../lib/types/plan.ts';
import type { ClusterIdentity, ObjectReference } from '../../lib/types/workload.ts';
import type { TestCluster } from '../cluster/cluster.ts';

const RESOURCES = { requests: { cpu: '500m', memory: '256Mi' }, limits: { memory: '512Mi' } };
const WEB = { name: 'web', image: 'registry.example.com/web:1' } as const;
const CONTAINER = {
  ...WEB,
  role: 'app',
  requests: {},
  limits: {},
  probes: [],
  portNames: [],
  resourcesAsWritten: RESOURCES,
} as const;

/** Pods of one container that asks for half a core. */
export function podTemplate(labels: Readonly<Record<string, string>>) {
  return { metadata: { labels }, spec: { containers: [{ ...WEB, resources: RESOURCES }] } };
}

/** Scales all replicas of an object away. */
export function toZero(target: ObjectReference, replicas: number): Recommendation {
  return recommendation('scale-to-zero', target, replicasEdit(replicas, 0));
}

/** Another request, and with `limit` the same limit, of the container of `podTemplate`; `template`: JSON pointer of the template. */
export function toRequest(
  target: ObjectReference,
  template: string,
  { request, limit }: { readonly request: string; readonly limit?: string },
): Recommendation {
  const values = { requests: { cpu: request }, limits: limit === undefined ? {} : { cpu: limit } };
  return recommendation('rightsize', target, containerEdit(`${template}/spec/containers/0`, CONTAINER, values));
}

function recommendation(kind: RecommendationKind, target: ObjectReference, edit: Edit): Recommendation {
  return {
    kind,
    target,
    replicas: 3,
    reason: 'measured',
    risk: { value: 0.05, factors: [] },
    changes: [],
    ...editOf(target, [edit]),
    requestedBefore: {},
    savings: { cpuCores: 0, memoryBytes: 0, monthly: { amount: 0, currency: 'USD' }, priceSource: 'test' },
    warnings: [],
    dryRun: { state: 'not-asked', reason: 'test' },
  };
}

/** As a plan names the cluster that it is of. */
export async function identityOf({ api, apiUrl }: Pick<TestCluster, 'api' | 'apiUrl'>): Promise<ClusterIdentity> {
  const { metadata } = await api.get('/api/v1/namespaces/kube-system');
  return { id: metadata.uid, context: 'test', server: apiUrl, simulated: false };
}
