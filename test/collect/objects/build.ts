/** Objects as the API server returns them, with only what a test says. */

import type { KubeObject } from './api.ts';

const CREATED = '2026-11-01T00:00:00Z';

export interface Owner {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid?: string;
  readonly controller?: boolean;
}

export interface Parts {
  readonly name: string;
  readonly namespace?: string;
  readonly owner?: Owner;
  readonly owners?: readonly Owner[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly created?: string;
  readonly managers?: readonly string[];
}

export function metadata({
  name,
  namespace = 'shop',
  owner,
  owners,
  labels,
  annotations,
  created = CREATED,
  managers,
}: Parts): KubeObject['metadata'] {
  const references = (owners ?? (owner ? [owner] : [])).map((each) => ({ uid: `uid-${each.name}`, controller: true, ...each }));
  return {
    name,
    namespace,
    uid: `uid-${name}`,
    creationTimestamp: created,
    ...(labels && { labels }),
    ...(annotations && { annotations }),
    ...(references.length > 0 && { ownerReferences: references }),
    ...(managers && { managedFields: managers.map((manager) => ({ manager, operation: 'Update', fieldsV1: { 'f:spec': {} } })) }),
  };
}

const MAIN = { name: 'main', image: 'registry.example/web:1', resources: { requests: { cpu: '250m', memory: '1.5Gi' } } };

export interface PodParts extends Parts {
  readonly spec?: object;
  readonly status?: object;
}

export function pod(parts: PodParts): KubeObject {
  return {
    metadata: metadata(parts),
    spec: { nodeName: 'node-1', containers: [MAIN], ...parts.spec },
    status: {
      phase: 'Running',
      startTime: '2026-11-01T00:00:05Z',
      podIP: '10.0.0.7',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [
        { name: 'main', ready: true, restartCount: 0, state: { running: { startedAt: '2026-11-01T00:00:09Z' } } },
      ],
      ...parts.status,
    },
  };
}

/** A controller with a pod template. */
export function controllerObject(
  parts: Parts & { readonly replicas?: number; readonly spec?: object; readonly podLabels?: object },
): KubeObject {
  const { replicas, podLabels = { app: parts.name } } = parts;
  return {
    metadata: metadata(parts),
    spec: {
      ...(replicas !== undefined && { replicas }),
      template: { metadata: { labels: podLabels }, spec: { containers: [MAIN] } },
      ...parts.spec,
    },
  };
}

export const DEPLOYMENT = (name: string): Owner => ({ apiVersion: 'apps/v1', kind: 'Deployment', name });
export const REPLICA_SET = (name: string): Owner => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name });
export const STATEFUL_SET = (name: string): Owner => ({ apiVersion: 'apps/v1', kind: 'StatefulSet', name });

/** `shop/web`: a Deployment of two pods with its running and its old ReplicaSet. */
export const WEB = {
  '/api/v1/pods': [
    pod({
      name: 'web-6d4cf56db6-x7k2p',
      owner: REPLICA_SET('web-6d4cf56db6'),
      labels: { app: 'web', 'pod-template-hash': '6d4cf56db6' },
    }),
    pod({
      name: 'web-6d4cf56db6-b2b2b',
      owner: REPLICA_SET('web-6d4cf56db6'),
      labels: { app: 'web', 'pod-template-hash': '6d4cf56db6' },
    }),
  ],
  '/apis/apps/v1/replicasets': [
    controllerObject({ name: 'web-6d4cf56db6', owner: DEPLOYMENT('web'), replicas: 2 }),
    controllerObject({ name: 'web-77b9fdc8d5', owner: DEPLOYMENT('web'), replicas: 0 }),
  ],
  '/apis/apps/v1/deployments': [controllerObject({ name: 'web', replicas: 2, labels: { team: 'shop' } })],
} as const satisfies Readonly<Record<string, readonly KubeObject[]>>;
