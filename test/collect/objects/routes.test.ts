/** Routes of the Gateway API, whose names gateways count requests by: which of their rules lead to a workload. */

import type { Workload } from '../../../lib/types/workload.ts';
import { assert, suite } from '../../harness.ts';
import { type ApiContents, collected, type KubeObject } from './api.ts';
import { metadata, WEB } from './build.ts';

const test = suite('routes of the Gateway API');

const GATEWAY = {
  'gateway.networking.k8s.io/v1': [
    { kind: 'HTTPRoute', name: 'httproutes', namespaced: true },
    { kind: 'GRPCRoute', name: 'grpcroutes', namespaced: true },
  ],
};
const HTTP = '/apis/gateway.networking.k8s.io/v1/httproutes';
const GRPC = '/apis/gateway.networking.k8s.io/v1/grpcroutes';

const SERVICE: KubeObject = { metadata: metadata({ name: 'web-service' }), spec: { selector: { app: 'web' } } };

function route(name: string, rules: readonly object[], namespace = 'shop'): KubeObject {
  return { metadata: metadata({ name, namespace }), spec: { rules } };
}

async function web(contents: Partial<ApiContents>): Promise<{ found: Workload; sources: ReadonlyMap<string, string> }> {
  const { objects, reports } = await collected({ groups: GATEWAY, ...contents, objects: { ...WEB, ...contents.objects } });
  return {
    found: objects.workloads.find(({ ref }) => ref.name === 'web')!,
    sources: new Map(reports.map(({ source, state }) => [source, state])),
  };
}

test('rules whose backends are a service of the workload, each by its place in the route', async () => {
  const { found } = await web({
    objects: {
      '/api/v1/services': [SERVICE],
      [HTTP]: [
        route('shop', [
          { backendRefs: [{ name: 'other' }] },
          {
            backendRefs: [
              { name: 'web-service', port: 80, weight: 90 },
              { name: 'other', weight: 10 },
            ],
          },
          { filters: [{ type: 'RequestRedirect' }] },
        ]),
        route('edge', [{ backendRefs: [{ kind: 'Service', name: 'web-service', namespace: 'shop' }] }], 'gateways'),
        // A service of that name in the route's own namespace, and a bucket, are something else.
        route('elsewhere', [{ backendRefs: [{ name: 'web-service' }] }], 'gateways'),
        route('bucket', [{ backendRefs: [{ group: 'storage.example', kind: 'Bucket', name: 'web-service' }] }]),
      ],
      [GRPC]: [route('prices', [{ backendRefs: [{ name: 'web-service' }] }])],
    },
  });
  assert.equal(found.routes, [
    { namespace: 'shop', name: 'shop', rule: 1 },
    { namespace: 'gateways', name: 'edge', rule: 0 },
    { namespace: 'shop', name: 'prices', rule: 0 },
  ]);
});

test('they are asked only where the Gateway API is served', async () => {
  const { found, sources } = await web({ groups: {} });
  assert.is(found.routes, undefined);
  assert.not.ok(sources.has('httproutes'));
});

test('where they may not be read, that is said, and the rest goes on', async () => {
  const { found, sources } = await web({ forbidden: ['/apis/gateway.networking.k8s.io'] });
  assert.is(sources.get('httproutes'), 'forbidden');
  assert.is(sources.get('grpcroutes'), 'forbidden');
  assert.equal(found.routes, []);
});

test.run();
