import { NODES } from '../../../lib/collect/objects/controllers.ts';
import { placementReader } from '../../../lib/collect/objects/placement.ts';
import { assert, suite } from '../../harness.ts';

const test = suite('what pods demand of their node');

const SPEC = {
  nodeSelector: { disk: 'ssd' },
  schedulerName: 'default-scheduler',
  tolerations: [
    { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 },
    { key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' },
  ],
  affinity: {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }] }],
      },
    },
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'web' } } },
      ],
      preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, podAffinityTerm: { topologyKey: 'zone' } }],
    },
  },
  topologySpreadConstraints: [
    { topologyKey: 'zone', maxSkew: 2, whenUnsatisfiable: 'DoNotSchedule', labelSelector: { matchLabels: { app: 'web' } } },
    { topologyKey: 'zone', maxSkew: 1, whenUnsatisfiable: 'ScheduleAnyway' },
  ],
  containers: [
    { name: 'web', ports: [{ containerPort: 80, hostPort: 80 }], resources: { requests: { cpu: '1', 'nvidia.com/gpu': '2' } } },
  ],
  initContainers: [{ name: 'once', resources: { requests: { 'ephemeral-storage': '1Gi' } } }],
};

test('required demands are read, preferred ones and the tolerations that every pod is given are not', () => {
  assert.equal(placementReader()(SPEC), {
    nodeSelector: [{ key: 'disk', operator: 'In', values: ['ssd'] }],
    nodeTerms: [{ labels: [{ key: 'zone', operator: 'In', values: ['a', 'b'] }], names: [] }],
    tolerations: [{ key: 'gpu', operator: 'Equal', value: 'yes', effect: 'NoSchedule' }],
    apart: [
      {
        topologyKey: 'kubernetes.io/hostname',
        selector: [{ key: 'app', operator: 'In', values: ['web'] }],
        namespaces: [],
        sameLabels: [],
        otherLabels: [],
      },
    ],
    spread: [
      {
        topologyKey: 'zone',
        maxSkew: 2,
        selector: [{ key: 'app', operator: 'In', values: ['web'] }],
        sameLabels: [],
        honorsAffinity: true,
        honorsTaints: false,
      },
    ],
    hostPorts: ['TCP/80'],
    otherRequests: { 'ephemeral-storage': 2 ** 30, 'nvidia.com/gpu': 2 },
  });
});

test('pods that demand the same share one value, and those that demand nothing have none', () => {
  const read = placementReader();
  assert.is(read(SPEC), read(structuredClone(SPEC)));
  assert.is(
    read({ containers: [{ name: 'web', resources: { requests: { cpu: '1' } } }], schedulerName: 'default-scheduler' }),
    undefined,
  );
});

test('taints that are only preferred to be avoided are left out of a node; what it offers beside CPU and memory is read', () => {
  const node = NODES.keep({
    metadata: { name: 'n', annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' } },
    spec: {
      unschedulable: true,
      taints: [
        { key: 'a', effect: 'PreferNoSchedule' },
        { key: 'b', value: 'x', effect: 'NoExecute' },
      ],
    },
    status: { allocatable: { cpu: '4', memory: '1Gi', pods: '110' } },
  });
  assert.equal(node?.taints, [{ key: 'b', value: 'x', effect: 'NoExecute' }]);
  assert.equal(
    [node?.cordoned, node?.otherAllocatable, node?.keptBy],
    [true, { pods: 110 }, 'cluster-autoscaler.kubernetes.io/scale-down-disabled'],
  );
});

test.run();
