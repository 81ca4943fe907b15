import { manifestsOf } from '../../lib/kube/simulated/manifests.ts';
import { labelledCluster } from '../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { SCENARIO_NAMES, scenario } from '../../lib/kube/simulated/scenarios.ts';
import { parseQuantity } from '../../lib/types/quantity.ts';
import { assert, suite } from '../harness.ts';

const test = suite('labelled scenarios');

const SEEDS = Array.from({ length: 50 }, (_, index) => 1000 + index);

const every = SEEDS.flatMap((seed) => SCENARIO_NAMES.flatMap((name) => scenario(name, { seed, namespace: 'shop' })));

test('are the same for the same seed, and differ between seeds', () => {
  const options = { seed: 7, namespace: 'shop' };
  for (const name of SCENARIO_NAMES) {
    assert.equal(scenario(name, options), scenario(name, options));
    assert.not.equal(scenario(name, options), scenario(name, { ...options, seed: 8 }), name);
  }
});

test('keep their label whatever the seed', () => {
  for (const [name, workloads] of Map.groupBy(every, (each) => each.scenario)) {
    assert.is(new Set(workloads.map(({ label }) => label)).size, 1, name);
  }
});

test('take the name they are given', () => {
  for (const name of SCENARIO_NAMES) {
    const workloads = scenario(name, { seed: 3, namespace: 'shop', name: 'case-17' });
    assert.ok(
      workloads.every((each) => each.name.startsWith('case-17')),
      name,
    );
    assert.is(new Set(workloads.map((each) => each.name)).size, workloads.length, name);
  }
});

test('have names, images and probes that an API server accepts', () => {
  for (const { name, containers } of every) {
    assert.match(name, /^[a-z]([-a-z0-9]{0,50}[a-z0-9])?$/);
    for (const container of containers) {
      assert.match(container.image, /^[a-z0-9.-]+\/[a-z0-9./-]+:[A-Za-z0-9._-]+$/);
      for (const { periodSeconds, port } of container.probes ?? []) {
        assert.ok(Number.isInteger(periodSeconds) && periodSeconds >= 1, name);
        assert.ok(port === undefined || (port > 0 && port < 65_536), name);
      }
    }
  }
});

test('request no more than their limits, and hold no more memory than these', () => {
  for (const { name, containers } of every) {
    for (const { requests = {}, limits = {}, usage } of containers) {
      for (const resource of ['cpu', 'memory'] as const) {
        const asked = requests[resource];
        const limit = limits[resource];
        if (asked !== undefined) assert.ok(parseQuantity(asked)! > 0, `${name}: ${resource} ${asked}`);
        if (asked !== undefined && limit !== undefined)
          assert.ok(parseQuantity(asked)! <= parseQuantity(limit)!, `${name}: ${resource}`);
      }
      const most = usage.memoryBytes * (1 + (usage.memorySawtooth?.amplitude ?? 0));
      if (limits.memory !== undefined) assert.ok(most <= parseQuantity(limits.memory)!, `${name}: memory`);
    }
  }
});

test('probes move what HTTP probes move: 500 to 1,200 bytes', () => {
  const probes = every.flatMap(({ containers }) => containers.flatMap((container) => container.probes ?? []));
  const http = probes.filter(({ handler }) => handler === 'http');
  assert.ok(http.length > 0 && http.every(({ bytes }) => bytes >= 500 && bytes <= 1200));
});

test('make a cluster with one of each, in which no two objects have one name', () => {
  for (const seed of SEEDS.slice(0, 20)) {
    const { workloads } = labelledCluster(seed);
    assert.equal(new Set(workloads.map((each) => each.scenario)), new Set(SCENARIO_NAMES));
    const objects = workloads.flatMap(manifestsOf).map(({ kind, metadata }) => `${kind} ${metadata.namespace}/${metadata.name}`);
    assert.is(new Set(objects).size, objects.length);
    assert.is(new Set(workloads.map((each) => each.name)).size, workloads.length);
  }
});

test('fit onto the nodes of that cluster', () => {
  for (const seed of SEEDS) {
    const { nodes, workloads } = labelledCluster(seed);
    for (const resource of ['cpu', 'memory'] as const) {
      const asked = workloads.flatMap(({ replicas, containers }) =>
        containers.map(({ requests }) => replicas * (parseQuantity(requests?.[resource] ?? '0') ?? 0)),
      );
      const capacity = nodes.reduce((sum, node) => sum + parseQuantity(node[resource])!, 0);
      // Nodes hold something back, and bin-packing is never full.
      assert.ok(asked.reduce((sum, each) => sum + each, 0) <= 0.8 * capacity, `seed ${seed}: ${resource}`);
    }
  }
});

test.run();
