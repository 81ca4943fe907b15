import { nodeEffects } from '../../../lib/optimize/simulation/effect.ts';
import type { Placement } from '../../../lib/types/placement.ts';
import type { Recommendation } from '../../../lib/types/plan.ts';
import type { SimulatedNode } from '../../../lib/types/simulation.ts';
import type { ContainerSpec, Node, Pod, Workload } from '../../../lib/types/workload.ts';
import { assert, suite } from '../../harness.ts';
import { MIB, objectOf, PRICES, podOf, workloadOf } from '../look.ts';

const test = suite('nodes that come free');

const GIB = 1024 * MIB;

function node(name: string, more: Partial<Node> = {}): Node {
  return {
    name,
    labels: { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': 'a', ...more.labels },
    allocatable: { cpuCores: 4, memoryBytes: 16 * GIB },
    otherAllocatable: { pods: 10 },
    ready: true,
    ...(({ labels: _labels, ...rest }) => rest)(more),
  };
}

function container(cpuCores: number, memoryBytes = GIB): ContainerSpec {
  return {
    name: 'web',
    image: 'x',
    role: 'app',
    requests: { cpuCores, memoryBytes },
    limits: {},
    probes: [],
    portNames: [],
  };
}

/** A Deployment with a pod on each of the nodes named; '' waits for one. */
function app(
  name: string,
  cpuCores: number,
  nodes: readonly string[],
  more: Partial<Pod> & { workload?: Partial<Workload> } = {},
): Workload {
  const { workload, ...pod } = more;
  const containers = [container(cpuCores)];
  const base = workloadOf(
    objectOf({ name, replicas: nodes.length, containers: [{ name: 'web', requests: { cpu: `${cpuCores}` } }] }),
  );
  const pods = nodes.map((on, at) =>
    podOf(`${name}-${at}`, containers, { labels: { app: name }, ...(on !== '' && { node: on }), ...pod }),
  );
  return { ...base, containers, pods, podLabels: { app: name }, ...workload };
}

const placed = (placement: Placement): { readonly placement: Placement } => ({ placement });

function change(workload: Workload, changes: Recommendation['changes']): Recommendation {
  return {
    kind: 'rightsize',
    target: workload.ref,
    replicas: workload.pods.length,
    reason: '',
    risk: { value: 0.05, factors: [] },
    changes,
    patch: [],
    undo: [],
    requestedBefore: {},
    savings: { cpuCores: 0, memoryBytes: 0, monthly: { amount: 0, currency: 'USD' }, priceSource: 'test' },
    warnings: [],
    dryRun: { state: 'not-asked', reason: '' },
  };
}

const cpuTo = (workload: Workload, to: string): Recommendation =>
  change(workload, [{ container: 'web', field: 'requests.cpu', to, rule: '', evidence: '' }]);
const toZero = (workload: Workload): Recommendation =>
  change(workload, [{ field: 'replicas', from: '1', to: '0', rule: 'idle', evidence: '' }]);

function packed(nodes: readonly Node[], workloads: readonly Workload[], recommendations: readonly Recommendation[] = []) {
  return nodeEffects({ nodes, workloads, prices: PRICES })(recommendations);
}

const outcomes = ({ nodes }: { readonly nodes: readonly SimulatedNode[] }): string =>
  nodes.map(({ name, outcome }) => `${name} ${outcome}`).join(', ');
const reasonOf = ({ nodes }: { readonly nodes: readonly SimulatedNode[] }, name: string): string =>
  nodes.find((each) => each.name === name)?.reason ?? '';

const AB = [node('a'), node('b')];

test('a node whose pods fit elsewhere with smaller requests comes free with the plan, and its price is the saving', () => {
  const [one, two] = [app('one', 3, ['a']), app('two', 3, ['b'])];
  const before = packed(AB, [one, two]);
  assert.is(outcomes(before), 'a kept, b kept');
  assert.match(reasonOf(before, 'a'), /^shop\/one-0 fits nowhere else: 1 lacks cpu$/);
  const after = packed(AB, [one, two], [cpuTo(one, '500m')]);
  assert.is(outcomes(after), 'a freed, b kept');
  assert.equal(after.nodes[0]?.moves, [{ pod: 'shop/one-0', to: 'b' }]);
  assert.is(after.realisable.nodes, 1);
  assert.is(after.realisable.monthly.amount, Math.round((4 * 0.03 + 16 * 0.004) * 730 * 1e4) / 1e4);
  assert.is(after.after.cpuCores, 0.875);
});

test('a node that could go anyhow is idle capacity and no saving of the plan', () => {
  const [one, two] = [app('one', 1, ['a']), app('two', 1, ['b'])];
  const effect = packed(AB, [one, two], [toZero(one)]);
  assert.is(effect.realisable.nodes, 0);
  assert.is(effect.realisable.monthly.amount, 0);
  assert.is(effect.alreadyIdle.nodes, 1);
  assert.is(effect.alreadyIdle.unrequested.cpuCores, 6);
});

test('pods of a DaemonSet take room on every node and go with theirs', () => {
  const agents = app('agent', 1.5, ['a', 'b'], {
    workload: { ref: { ...app('x', 1, []).ref, kind: 'DaemonSet', name: 'agent' } },
  });
  const full = packed(AB, [agents, app('one', 2, ['a']), app('two', 1, ['b'])]);
  assert.is(outcomes(full), 'a kept, b kept');
  assert.is(outcomes(packed(AB, [agents, app('one', 1, ['a']), app('two', 1, ['b'])])), 'a idle, b kept');
});

test('a taint keeps pods off that do not tolerate it, and lets on those that do', () => {
  const nodes = [node('a'), node('b', { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] })];
  const rest = app('stays', 1, ['b'], { annotations: { 'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false' } });
  const refused = packed(nodes, [app('one', 1, ['a']), rest]);
  assert.match(reasonOf(refused, 'a'), /fits nowhere else: 1 has the taint gpu=yes$/);
  assert.match(reasonOf(refused, 'b'), /shop\/stays-0 stays on it: annotation .*safe-to-evict=false forbids to move it/);
  const tolerant = placed({ tolerations: [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }] });
  assert.is(outcomes(packed(nodes, [app('one', 1, ['a'], tolerant), rest])), 'a idle, b kept');
});

test('node selectors and required node affinity hold', () => {
  const nodes = [node('a', { labels: { disk: 'ssd' } }), node('b')];
  const keeper = app('keeper', 1, ['b'], { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } });
  const selecting = placed({ nodeSelector: [{ key: 'disk', operator: 'In', values: ['ssd'] }] });
  const effect = packed(nodes, [app('one', 1, ['a'], selecting), keeper]);
  assert.match(reasonOf(effect, 'a'), /1 is not selected by its node selector or affinity/);
  const named = placed({ nodeTerms: [{ labels: [], names: [{ key: 'metadata.name', operator: 'In', values: ['b'] }] }] });
  assert.is(outcomes(packed(nodes, [app('one', 1, ['a'], named), keeper])), 'a idle, b kept');
});

test('replicas that must stay apart do not gather, whichever of two workloads says so', () => {
  const averse = placed({
    apart: [
      {
        topologyKey: 'kubernetes.io/hostname',
        selector: [{ key: 'app', operator: 'In', values: ['one'] }],
        namespaces: [],
        sameLabels: [],
        otherLabels: [],
      },
    ],
  });
  const own = packed(AB, [app('one', 0.1, ['a', 'b'], averse)]);
  assert.is(outcomes(own), 'a kept, b kept');
  assert.match(reasonOf(own, 'a'), /1 has a pod that it must stay apart from/);
  assert.is(outcomes(packed(AB, [app('one', 0.1, ['a']), app('two', 0.1, ['b'], averse)])), 'a kept, b kept');
  const three = packed([...AB, node('c')], [app('one', 0.1, ['a', 'b'], averse)]);
  assert.is(three.nodes.filter(({ outcome }) => outcome === 'idle').length, 1);
});

test('a spread over zones with DoNotSchedule keeps a pod in each', () => {
  const nodes = [node('a'), node('b', { labels: { 'topology.kubernetes.io/zone': 'b' } })];
  const even = placed({
    spread: [
      {
        topologyKey: 'topology.kubernetes.io/zone',
        maxSkew: 1,
        selector: [{ key: 'app', operator: 'In', values: ['one'] }],
        sameLabels: [],
        honorsAffinity: true,
        honorsTaints: false,
      },
    ],
  });
  const effect = packed(nodes, [app('one', 0.1, ['a', 'b'], even)]);
  assert.match(reasonOf(effect, 'a'), /1 would spread its pods unevenly/);
  assert.is(outcomes(packed(nodes, [app('one', 0.1, ['a', 'b'])])).includes('idle'), true);
});

test('pods near each other move together', () => {
  const near = placed({
    near: [
      {
        topologyKey: 'kubernetes.io/hostname',
        selector: [{ key: 'app', operator: 'In', values: ['cache'] }],
        namespaces: [],
        sameLabels: [],
        otherLabels: [],
      },
    ],
  });
  const cache = app('cache', 0.1, ['b'], { annotations: { 'karpenter.sh/do-not-disrupt': 'true' } });
  const effect = packed([...AB, node('c')], [app('web', 0.2, ['b'], near), cache, app('other', 1, ['a'])]);
  assert.is(outcomes(effect), 'a idle, b kept, c idle');
  assert.equal(effect.nodes[0]?.moves, [{ pod: 'shop/other-0', to: 'b' }]);
});

test('the number of pods a node takes, its other resources and its ports are limits too', () => {
  const one = app('one', 0.1, ['a']);
  const keeper = (more: Partial<Pod> = {}): Workload =>
    app('keeper', 0.1, ['b'], { annotations: { 'karpenter.sh/do-not-disrupt': 'true' }, ...more });
  assert.match(
    reasonOf(packed([node('a'), node('b', { otherAllocatable: { pods: 1 } })], [one, keeper()]), 'a'),
    /1 takes no more pods/,
  );
  const gpu = app('one', 0.1, ['a'], placed({ otherRequests: { 'nvidia.com/gpu': 1 } }));
  assert.match(reasonOf(packed(AB, [gpu, keeper()]), 'a'), /1 lacks nvidia.com\/gpu/);
  const port = placed({ hostPorts: ['TCP/80'] });
  assert.match(reasonOf(packed(AB, [app('one', 0.1, ['a'], port), keeper(port)]), 'a'), /1 has its port TCP\/80 taken/);
});

test('a budget that lets no pod go keeps the node, and one that lets some go does not', () => {
  const budget = (minAvailable: string): Partial<Workload> => ({
    disruptionBudgets: [{ name: 'pdb', minAvailable, desiredHealthy: 2 }],
  });
  const strict = packed(AB, [app('one', 0.1, ['a', 'a'], { workload: budget('100%') }), app('two', 0.1, ['b'])]);
  assert.match(reasonOf(strict, 'a'), /PodDisruptionBudget pdb lets no pod go, and 1 more/);
  assert.is(
    outcomes(packed(AB, [app('one', 0.1, ['a', 'a'], { workload: budget('1') }), app('two', 1, ['b'])])),
    'a idle, b kept',
  );
});

test('what is not modelled keeps the node, and the reason says what it is', () => {
  const rest = app('two', 1, ['b']);
  const because = (more: Partial<Pod> & { workload?: Partial<Workload> }): string =>
    reasonOf(packed(AB, [app('one', 0.1, ['a'], more), rest]), 'a');
  assert.match(because({ volumeClaims: ['data'] }), /where its volume data can be mounted was not read/);
  assert.match(because(placed({ scheduler: 'volcano' })), /volcano places it/);
  assert.match(because(placed({ claimsDevices: true })), /devices/);
  assert.match(because({ workload: { ref: { ...rest.ref, kind: 'Pod' } } }), /no controller makes it anew/);
});

test('nodes that are not ready, of the control plane or kept by annotation stay, and those cordoned take nothing', () => {
  const effect = packed(
    [
      node('a', { ready: false }),
      node('b', { labels: { 'node-role.kubernetes.io/control-plane': '' } }),
      node('c', { keptBy: 'x/y' }),
    ],
    [],
  );
  assert.is(outcomes(effect), 'a kept, b kept, c kept');
  const cordoned = packed([node('a'), node('b', { cordoned: true })], [app('one', 1, ['a'])]);
  assert.is(outcomes(cordoned), 'a kept, b idle');
  assert.match(reasonOf(cordoned, 'a'), /no other node takes pods/);
});

test('a request that grows beyond every node leaves its pods unschedulable, told apart from those that wait now', () => {
  const [one, two] = [app('one', 3, ['a']), app('two', 1, ['b'])];
  const effect = packed(AB, [one, two, app('huge', 9, [''])], [cpuTo(one, '6')]);
  assert.equal(
    effect.unschedulable.map(({ pod, already }) => [pod, already]),
    [
      ['shop/huge-0', true],
      ['shop/one-0', false],
    ],
  );
  assert.match(effect.unschedulable[1]!.reason, /it fits on no node: 2 lack cpu/);
});

test('requests of fractions add up: ten tenths are one core', () => {
  const small = [
    node('a', { allocatable: { cpuCores: 1, memoryBytes: 99 * GIB } }),
    node('b', { otherAllocatable: { pods: 20 } }),
  ];
  const effect = packed(small, [app('one', 0.1, ['a', 'a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'b'], { workload: {} })]);
  assert.ok(effect.nodes.some(({ outcome }) => outcome === 'idle'));
});

test('2,000 pods on 200 nodes are packed in seconds, no node holds more than it has, and the answer is the same again', () => {
  let seed = 5;
  const random = (): number => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  const nodes = Array.from({ length: 200 }, (_, at) =>
    node(`n${String(at).padStart(3, '0')}`, {
      otherAllocatable: { pods: 110 },
      allocatable: { cpuCores: 4, memoryBytes: 64 * GIB },
    }),
  );
  const workloads = Array.from({ length: 500 }, (_, at) =>
    app(
      `app${at}`,
      Math.round((0.05 + random() * 0.3) * 100) / 100,
      Array.from({ length: 4 }, () => nodes[Math.floor(random() * 200)]!.name),
    ),
  );
  const started = performance.now();
  const effect = packed(
    nodes,
    workloads,
    workloads.slice(0, 250).map((each) => cpuTo(each, '50m')),
  );
  assert.ok(performance.now() - started < 8000, `${performance.now() - started} ms`);
  assert.ok(effect.alreadyIdle.nodes > 50 && effect.realisable.nodes > 10, JSON.stringify(effect.realisable));
  for (const { after = {} } of effect.nodes) assert.ok((after.cpuCores ?? 0) <= 1 && (after.memoryBytes ?? 0) <= 1);
  const where = new Map(effect.nodes.map(({ name, outcome }) => [name, outcome]));
  for (const { moves } of effect.nodes) for (const { to } of moves) assert.is(where.get(to), 'kept');
  assert.equal(
    packed(
      nodes,
      workloads,
      workloads.slice(0, 250).map((each) => cpuTo(each, '50m')),
    ),
    effect,
  );
});

test.run();
