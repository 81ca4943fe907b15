/** Whose machine a node is: told from its provider id, else from labels that a provider's own service puts on. */

import type { Node } from '../types/workload.ts';

/** Providers whose list prices are known. */
export type Provider = 'alibaba' | 'aws' | 'azure' | 'gcp' | 'huawei' | 'nebius' | 'oracle' | 'stackit';

/** Scheme of a provider id (`aws:///eu-central-1a/i-0abc`) to provider. */
const SCHEMES: Readonly<Record<string, Provider>> = {
  alicloud: 'alibaba',
  aws: 'aws',
  azure: 'azure',
  gce: 'gcp',
  huaweicloud: 'huawei',
  nebius: 'nebius',
  oci: 'oracle',
  stackit: 'stackit',
};

/** Starts of label names. */
const LABELS: readonly (readonly [prefix: string, provider: Provider])[] = [
  ['eks.amazonaws.com/', 'aws'],
  ['k8s.io/cloud-provider-aws', 'aws'],
  ['kubernetes.azure.com/', 'azure'],
  ['cloud.google.com/gke-', 'gcp'],
  ['alibabacloud.com/', 'alibaba'],
  ['oke.oraclecloud.com/', 'oracle'],
];

/** Undefined for a provider without list prices, for machines of one's own, and where nothing tells. */
export function providerOf({ providerId = '', labels }: Pick<Node, 'providerId' | 'labels'>): Provider | undefined {
  return ofId(providerId) ?? LABELS.find(([prefix]) => Object.keys(labels).some((label) => label.startsWith(prefix)))?.[1];
}

function ofId(id: string): Provider | undefined {
  const scheme = /^([a-z]+):\/\//.exec(id)?.[1];
  if (scheme !== undefined) return Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined;
  // Oracle writes the instance's own id; Alibaba the region and the instance.
  if (id.startsWith('ocid1.')) return 'oracle';
  return /^[a-z]{2}-[a-z]+(?:-\d+)?\.i-/.test(id) ? 'alibaba' : undefined;
}
