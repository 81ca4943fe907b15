/** Nodes, their heartbeats, and namespaces with the service account that each has. */

import { parseQuantity } from '../../../types/quantity.ts';
import type { NodeDescription } from '../description.ts';
import { SERVER_VERSION } from '../discovery.ts';
import type { Manifest } from '../manifests.ts';
import { RESERVED } from '../placement.ts';
import { uid } from '../random.ts';
import { type Making, stored, timestamp } from './metadata.ts';

const DAY_MS = 86_400_000;

/** Of the cluster and its nodes. */
export const CLUSTER_AGE_DAYS = 210;

function namespaceNames({ description }: Making): readonly string[] {
  const { workloads, limitRanges = [] } = description;
  const names = new Set([
    'default',
    'kube-node-lease',
    'kube-public',
    'kube-system',
    ...workloads.map(({ namespace }) => namespace),
    ...limitRanges.map(({ namespace }) => namespace),
  ]);
  return [...names];
}

export function namespaceObjects(making: Making): readonly Manifest[] {
  return namespaceNames(making).map((name) =>
    stored(
      making,
      {
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
        spec: { finalizers: ['kubernetes'] },
      },
      clusterStart(making),
      { status: { phase: 'Active' } },
    ),
  );
}

/** The account of pods that name none, which the control plane makes in every namespace. */
export function defaultServiceAccounts(making: Making): readonly Manifest[] {
  return namespaceNames(making).map((namespace) =>
    stored(making, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } }, clusterStart(making)),
  );
}

export function nodeObjects(making: Making): readonly Manifest[] {
  return making.description.nodes.map((node, index) =>
    stored(
      making,
      {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name: node.name, labels: nodeLabels(node) },
        spec: {
          podCIDR: `10.244.${index}.0/24`,
          providerID: `aws:///${node.zone ?? 'eu-central-1a'}/i-0${uid(making.description.seed, node.name).replaceAll('-', '').slice(0, 16)}`,
        },
      },
      clusterStart(making),
      { status: nodeStatus(making, node, index) },
    ),
  );
}

function nodeLabels(node: NodeDescription): Readonly<Record<string, string>> {
  return {
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': node.name,
    'kubernetes.io/os': 'linux',
    ...(node.instanceType && { 'node.kubernetes.io/instance-type': node.instanceType }),
    ...(node.zone && {
      'topology.kubernetes.io/region': node.zone.replace(/[a-z]$/, ''),
      'topology.kubernetes.io/zone': node.zone,
    }),
  };
}

function nodeStatus(making: Making, node: NodeDescription, index: number): Readonly<Record<string, unknown>> {
  const cpu = parseQuantity(node.cpu) ?? 0;
  const memory = parseQuantity(node.memory) ?? 0;
  const kibibytes = (bytes: number): string => `${Math.floor(bytes / 1024)}Ki`;
  return {
    addresses: [
      { type: 'InternalIP', address: nodeAddress(index) },
      { type: 'Hostname', address: node.name },
    ],
    capacity: { cpu: node.cpu, memory: kibibytes(memory), pods: '110' },
    allocatable: {
      cpu: `${Math.round((cpu - RESERVED.cpuCores) * 1000)}m`,
      memory: kibibytes(memory - RESERVED.memoryBytes),
      pods: '110',
    },
    conditions: [
      {
        type: 'Ready',
        status: 'True',
        reason: 'KubeletReady',
        message: 'kubelet is posting ready status',
        lastHeartbeatTime: timestamp(making.nowMs - 20_000),
        lastTransitionTime: timestamp(clusterStart(making)),
      },
    ],
    nodeInfo: { architecture: 'amd64', operatingSystem: 'linux', kubeletVersion: SERVER_VERSION },
  };
}

export function nodeAddress(index: number): string {
  return `10.0.0.${10 + index}`;
}

export function nodeLeases(making: Making): readonly Manifest[] {
  return making.description.nodes.map(({ name }) =>
    stored(
      making,
      {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { name, namespace: 'kube-node-lease' },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: microTime(making.nowMs - 4000) },
      },
      clusterStart(making),
      { owner: { apiVersion: 'v1', kind: 'Node', name } },
    ),
  );
}

/** RFC 3339 with microseconds, as leases have it. */
export function microTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '000Z');
}

export function clusterStart({ nowMs }: Making): number {
  return nowMs - CLUSTER_AGE_DAYS * DAY_MS;
}
