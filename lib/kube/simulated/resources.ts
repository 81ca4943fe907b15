/** What the simulated API server serves: its resources, and the fields that their lists can be selected by. */

import type { ClusterDescription } from './description.ts';

export interface ApiResource {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  /** Field selectors besides metadata.name and metadata.namespace, each with the value of an object that does not have the field. */
  readonly fields: Readonly<Record<string, string>>;
}

const READ = ['get', 'list', 'patch'] as const;

function resource(
  groupVersion: string,
  plural: string,
  kind: string,
  more: { readonly namespaced?: boolean; readonly verbs?: readonly string[]; readonly fields?: ApiResource['fields'] } = {},
): ApiResource {
  const [version = '', group = ''] = groupVersion.split('/').toReversed();
  return {
    group,
    version,
    plural,
    kind,
    namespaced: more.namespaced ?? true,
    verbs: more.verbs ?? READ,
    fields: more.fields ?? {},
  };
}

/** The selectable fields are those of the registries in k8s.io/kubernetes 1.37. */
const BUILT_IN: readonly ApiResource[] = [
  resource('v1', 'namespaces', 'Namespace', { namespaced: false, fields: { 'status.phase': '' } }),
  resource('v1', 'nodes', 'Node', { namespaced: false, fields: { 'spec.unschedulable': 'false' } }),
  resource('v1', 'pods', 'Pod', {
    fields: {
      'spec.nodeName': '',
      'spec.restartPolicy': '',
      'spec.schedulerName': '',
      'spec.serviceAccountName': '',
      'spec.hostNetwork': 'false',
      'status.phase': '',
      'status.podIP': '',
      'status.nominatedNodeName': '',
    },
  }),
  resource('v1', 'services', 'Service', { fields: { 'spec.clusterIP': '', 'spec.type': '' } }),
  resource('v1', 'serviceaccounts', 'ServiceAccount'),
  resource('v1', 'limitranges', 'LimitRange'),
  resource('v1', 'resourcequotas', 'ResourceQuota'),
  resource('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  resource('apps/v1', 'deployments', 'Deployment'),
  resource('apps/v1', 'replicasets', 'ReplicaSet'),
  resource('apps/v1', 'statefulsets', 'StatefulSet'),
  resource('apps/v1', 'daemonsets', 'DaemonSet'),
  resource('batch/v1', 'jobs', 'Job', { fields: { 'status.successful': '0' } }),
  resource('batch/v1', 'cronjobs', 'CronJob'),
  resource('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler'),
  resource('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget'),
  resource('coordination.k8s.io/v1', 'leases', 'Lease'),
  resource('metrics.k8s.io/v1beta1', 'pods', 'PodMetrics', { verbs: ['get', 'list'] }),
  resource('metrics.k8s.io/v1beta1', 'nodes', 'NodeMetrics', { namespaced: false, verbs: ['get', 'list'] }),
  resource('authentication.k8s.io/v1', 'selfsubjectreviews', 'SelfSubjectReview', { namespaced: false, verbs: ['create'] }),
  resource('authorization.k8s.io/v1', 'selfsubjectaccessreviews', 'SelfSubjectAccessReview', {
    namespaced: false,
    verbs: ['create'],
  }),
];

/** Built-in resources, and those of the custom owners that a description names. */
export function resourcesServed(description: ClusterDescription): readonly ApiResource[] {
  return resourcesWith(description.workloads.flatMap(({ owner }) => owner ?? []));
}

/** Built-in resources, and further ones. */
export function resourcesWith(custom: readonly { readonly apiVersion: string; readonly kind: string }[]): readonly ApiResource[] {
  const known = new Map(
    custom.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, resource(apiVersion, pluralOf(kind), kind)] as const),
  );
  return [...BUILT_IN, ...known.values()];
}

/** The built-in resource of a kind; undefined for a kind that is none of Kubernetes' own. */
export function builtInResource(group: string, kind: string): ApiResource | undefined {
  return BUILT_IN.find((each) => each.kind === kind && each.group === group);
}

/** As code generators form it. */
function pluralOf(kind: string): string {
  const name = kind.toLowerCase();
  if (/(s|x|ch|sh)$/.test(name)) return `${name}es`;
  return /[^aeiou]y$/.test(name) ? `${name.slice(0, -1)}ies` : `${name}s`;
}

/** `apps/v1`, `v1`. */
export function groupVersionOf({ group, version }: Pick<ApiResource, 'group' | 'version'>): string {
  return group === '' ? version : `${group}/${version}`;
}

/** `deployments.apps`, as the API server names a resource in its messages. */
export function resourceName({ plural, group }: Pick<ApiResource, 'plural' | 'group'>): string {
  return group === '' ? plural : `${plural}.${group}`;
}
