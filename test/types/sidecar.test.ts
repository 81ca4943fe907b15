/** Which containers are no part of the app. */

import { isSidecar } from '../../lib/types/sidecar.ts';
import { assert, suite } from '../harness.ts';

const test = suite('sidecars');

const container = (name: string, image = 'registry.example/app:1', role = 'app') => ({ name, image, role });

test('mesh proxies, agents and database proxies by the names that their injectors give', () => {
  for (const name of [
    'istio-proxy',
    'linkerd-proxy',
    'daprd',
    'vault-agent',
    'cloud-sql-proxy',
    'fluent-bit',
    'otc-container',
    'consul-dataplane',
  ]) {
    assert.is(isSidecar(container(name)), true, name);
  }
});

test('and by their images, from any registry, with any tag or digest', () => {
  for (const image of [
    'docker.io/istio/proxyv2:1.29.0',
    'registry.internal:5000/mirror/istio/proxyv2@sha256:0123456789abcdef',
    'cr.l5d.io/linkerd/proxy:edge-26.1.1',
    'fluent/fluent-bit',
    'gcr.io/cloud-sql-connectors/cloud-sql-proxy:2.18.0-alpine',
    'ghcr.io/open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-k8s:0.140.0',
  ]) {
    assert.is(isSidecar(container('anything', image)), true, image);
  }
});

test('a native sidecar is one, whatever it is called', () => {
  assert.is(isSidecar(container('main', 'registry.example/app:1', 'sidecar')), true);
});

test('an app is none, also where its tag, registry or a part of its name reads like one', () => {
  for (const [name, image] of [
    ['main', 'registry.example/shop/web:1'],
    ['web', 'registry.example/web:istio-proxyv2'],
    ['web', 'registry.example:5000/web:fluent-bit'],
    ['envoy-docs', 'registry.example/docs:1'],
    ['vectors', 'registry.example/vectors:1'],
    ['proxy', 'registry.example/shop/proxy:1'],
  ] as const) {
    assert.is(isSidecar(container(name, image)), false, `${name} ${image}`);
  }
});

test('the user names others, by container or by a part of the image', () => {
  const extra = ['audit', 'team/shipper'];
  assert.is(isSidecar(container('audit'), extra), true);
  assert.is(isSidecar(container('x', 'registry.example/team/shipper:2'), extra), true);
  assert.is(isSidecar(container('auditor'), extra), false);
  assert.is(isSidecar(container('main'), extra), false);
});

test.run();
