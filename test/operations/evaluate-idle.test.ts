import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCase } from '../../lib/collect/cases/read.ts';
import { defaultIdleSettings } from '../../lib/intelligence/idle/settings.ts';
import { evaluateIdle, judgementOfCase } from '../../lib/operations/evaluate-idle.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { Verdict } from '../../lib/types/idle.ts';
import { assert, suite } from '../harness.ts';
import { foreignCase } from '../intelligence/foreign/write.ts';
import { testRuntime } from '../kube/runtime.ts';

const test = suite('evaluation of cases');

type Raw = Readonly<Record<string, unknown>>;

const SETTINGS = defaultIdleSettings('UTC');
const { signal } = new AbortController();
const NOW = Date.UTC(2026, 4, 13, 16);
const DAY_MS = 86_400_000;
const STEP = 300;
const STEPS = (7 * 86_400) / STEP;
const START = NOW - STEPS * STEP * 1000;

const iso = (ms: number): string => new Date(ms).toISOString();

const META = { namespace: 'shop', creationTimestamp: iso(NOW - 60 * DAY_MS) };
const SPEC = { containers: [{ name: 'app', image: 'web:1', resources: { requests: { cpu: '100m', memory: '128Mi' } } }] };
const DEPLOYMENT: Raw = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { ...META, name: 'web', uid: 'd' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: SPEC },
  },
};
const REPLICA_SET: Raw = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    ...META,
    name: 'web-6d5f',
    uid: 'r',
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'd', controller: true }],
  },
  spec: {},
};
const POD: Raw = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...META,
    name: 'web-6d5f-x1',
    labels: { app: 'web' },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web-6d5f', uid: 'r', controller: true }],
  },
  spec: SPEC,
  status: { phase: 'Running', startTime: META.creationTimestamp, conditions: [{ type: 'Ready', status: 'True' }] },
};

type At = (step: number) => number | null;

function series(metric: string, at: At, parts: Raw = {}): Raw {
  const container = metric.startsWith('network') ? '' : 'app';
  return {
    pod: 'web-6d5f-x1',
    container,
    metric,
    start: iso(START),
    values: Array.from({ length: STEPS }, (_, step) => at(step)),
    ...parts,
  };
}

const quiet = (): readonly Raw[] => [
  series('cpuCores', () => 0.001),
  series('memoryBytes', () => 50e6),
  series('networkReceiveBytesPerSecond', () => 60),
  series('networkTransmitBytesPerSecond', () => 90),
];

/** A workload that nobody uses, with everything known about it, but for what a case says. */
function caseOf(parts: Raw = {}): Raw {
  return {
    case: 'web',
    now: iso(NOW),
    timezone: 'UTC',
    businessHours: 'Mon-Fri 08:00-18:00',
    stepSeconds: STEP,
    objects: [DEPLOYMENT, REPLICA_SET, POD],
    samples: quiet(),
    requests: [],
    ...parts,
  };
}

async function verdictOn(parts: Raw = {}): Promise<Verdict | undefined> {
  return (await judgementOfCase(readCase(JSON.stringify(caseOf(parts))), SETTINGS, signal))?.finding.verdict;
}

test('a quiet workload is idle, and one sample of use makes it active', async () => {
  assert.is(await verdictOn(), 'idle');
  const [cpu, ...rest] = quiet();
  assert.is(
    await verdictOn({ samples: [series('cpuCores', (step) => (step === STEPS - 20 ? 0.05 : 0.001)), ...rest] }),
    'active',
  );
  assert.is(
    await verdictOn({
      samples: [
        cpu!,
        ...rest,
        ...quiet().map((each) => ({
          ...each,
          pod: 'web-6d5f-x2',
          ...(each.metric === 'cpuCores' && { values: Array(STEPS).fill(0.08) }),
        })),
      ],
    }),
    'active',
    'as busy as its busiest pod',
  );
});

test('objects may stand in lists, lack fields, or be of a version that the API server would convert', async () => {
  const { apiVersion: _a, kind: _k, ...item } = POD;
  const forms: readonly (readonly [string, readonly unknown[]])[] = [
    ['a list of kubectl', [{ apiVersion: 'v1', kind: 'List', items: [DEPLOYMENT, REPLICA_SET, POD] }]],
    ['a typed list', [DEPLOYMENT, REPLICA_SET, { apiVersion: 'v1', kind: 'PodList', items: [item] }]],
    ['a pod without its kind', [DEPLOYMENT, REPLICA_SET, item]],
    ['an old version', [{ ...DEPLOYMENT, apiVersion: 'extensions/v1beta1' }, REPLICA_SET, POD]],
    ['without the ReplicaSet', [DEPLOYMENT, POD]],
    ['without owners', [DEPLOYMENT, { ...POD, metadata: { ...(POD.metadata as object), ownerReferences: undefined } }]],
    ['the pod alone', [POD]],
    [
      'with kinds that nobody knows',
      [{ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' } }, null, 7, DEPLOYMENT, REPLICA_SET, POD],
    ],
    [
      'without status and times',
      [
        DEPLOYMENT,
        REPLICA_SET,
        { ...POD, status: { phase: 'Running' }, metadata: { name: 'web-6d5f-x1', labels: { app: 'web' } } },
      ],
    ],
  ];
  for (const [form, objects] of forms) assert.is(await verdictOn({ objects }), 'idle', form);
});

test('instants may be written as RFC 3339, as seconds or as milliseconds, and hours in several ways', async () => {
  for (const now of [iso(NOW), NOW, NOW / 1000, '2026-05-13T16:00:00', '2026-05-13T18:00:00+02:00'])
    assert.is(await verdictOn({ now }), 'idle', String(now));
  for (const businessHours of [
    undefined,
    '',
    'Mon-Fri 09:00-17:00 Europe/Berlin',
    '8-18',
    { days: [1, 2, 3], from: '08:00', to: 18 },
  ])
    assert.is(await verdictOn({ businessHours }), 'idle', JSON.stringify(businessHours));
  assert.is(await verdictOn({ samples: quiet().map((each) => ({ ...each, start: START })), timezone: undefined }), 'idle');
});

test('series may begin and end at different times, and what lies after now is not known', async () => {
  const [cpu, memory, received, transmitted] = quiet() as [Raw, Raw, Raw, Raw];
  const late = {
    ...received,
    start: iso(START + 2 * DAY_MS),
    values: (received.values as readonly number[]).slice((2 * 86_400) / STEP),
  };
  assert.is(await verdictOn({ samples: [cpu, memory, late, transmitted] }), 'idle');
  const beyond = { ...cpu, values: [...(cpu.values as readonly number[]), ...Array(100).fill(5)] };
  assert.is(
    await verdictOn({
      samples: [
        { ...beyond, values: beyond.values.map((value, step) => (step <= STEPS ? 0.001 : value)) },
        memory,
        received,
        transmitted,
      ],
    }),
    'idle',
  );
});

test('sources that are not there leave it unknown, and a counter stands in for the network', async () => {
  const without = (metric: string): readonly Raw[] => quiet().filter((each) => !String(each.metric).startsWith(metric));
  assert.is(await verdictOn({ samples: without('network') }), 'unknown');
  assert.is(await verdictOn({ samples: without('networkTransmit') }), 'unknown', 'half of the network');
  assert.is(await verdictOn({ samples: without('cpu') }), 'unknown');
  assert.is(await verdictOn({ samples: [] }), 'unknown');
  const counter = (at: At): Raw => ({
    source: 'istio_requests_total',
    start: iso(START),
    values: Array.from({ length: STEPS }, (_, step) => at(step)),
  });
  assert.is(await verdictOn({ samples: without('network'), requests: [counter(() => 0)] }), 'idle');
  assert.is(
    await verdictOn({
      requests: [counter(() => 0), { ...counter((step) => (step === 900 ? 1 : 0)), source: 'http_requests_total' }],
    }),
    'active',
    'one of two counters saw a user',
  );
});

test('a hole longer than three steps ends what is known, and single lost samples do not', async () => {
  const holed = (lost: (step: number) => boolean): readonly Raw[] =>
    quiet().map((each) => ({
      ...each,
      values: (each.values as readonly number[]).map((value, step) => (lost(step) ? null : value)),
    }));
  assert.is(await verdictOn({ samples: holed((step) => step % 10 === 3) }), 'idle');
  assert.is(await verdictOn({ samples: holed((step) => step > STEPS - 20 && step < STEPS - 12) }), 'unknown');
});

test('rows of pods that are gone are the workload’s own', async () => {
  const former = quiet().map((each) => ({
    ...each,
    pod: 'web-7c9d8f6b5-abcde',
    values: (each.values as readonly number[]).map((value, step) => (step < 800 ? value * 100 : null)),
  }));
  assert.is(await verdictOn({ samples: [...quiet(), ...former] }), 'active');
});

test('a sidecar’s use is not the app’s', async () => {
  const proxy = series('cpuCores', () => 0.08, { container: 'istio-proxy' });
  assert.is(await verdictOn({ samples: [...quiet(), proxy] }), 'idle');
});

async function evaluated(lines: readonly string[]): Promise<readonly Raw[]> {
  const folder = mkdtempSync(join(tmpdir(), 'evaluate-'));
  try {
    const [input, output] = [join(folder, 'cases.jsonl'), join(folder, 'verdicts.jsonl')];
    writeFileSync(input, lines.join('\n'));
    try {
      await evaluateIdle({ input, output, settings: SETTINGS, runtime: testRuntime(), signal, progress: () => undefined });
    } catch (error) {
      assert.equal(readdirSync(folder), ['cases.jsonl'], 'nothing half-written is left');
      throw error;
    }
    assert.equal(readdirSync(folder).sort(), ['cases.jsonl', 'verdicts.jsonl']);
    return readFileSync(output, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Raw);
  } finally {
    rmSync(folder, { recursive: true, force: true });
    assert.not.ok(existsSync(folder));
  }
}

test('a file is answered line by line in its order, empty lines left out', async () => {
  const lines = [caseOf({ case: 'one' }), foreignCase('no network', 3).line, caseOf({ case: 'three', samples: [] })];
  const answers = await evaluated([JSON.stringify(lines[0]), '', ...lines.slice(1).map((line) => JSON.stringify(line)), '']);
  assert.equal(
    answers.map((each) => [each.case, each.verdict]),
    [
      ['one', 'idle'],
      ['no network 3', 'unknown'],
      ['three', 'unknown'],
    ],
  );
  for (const { verdict, confidence, missing } of answers) {
    assert.ok(Number(confidence) > 0.5 && Number(confidence) < 1, `${confidence}`);
    assert.is((missing as readonly string[]).length > 0, verdict === 'unknown');
  }
});

test('a line that is no case ends it with its number, and nothing is written', async () => {
  const good = JSON.stringify(caseOf());
  const bad: readonly (readonly [string, RegExp])[] = [
    ['{"case": "x", ', /^line 2 of .*cases.jsonl is no case: it is no JSON/],
    ['[]', /line 2 .* it is no JSON object/],
    ['{"case": "x"}', /line 2 .*"now" should be an instant/],
    [JSON.stringify(caseOf({ case: undefined })), /line 2 .*it has no "case"/],
    [JSON.stringify(caseOf({ timezone: 'Europe/Nowhere' })), /line 2 .*"Europe\/Nowhere" is no time zone/],
    [
      JSON.stringify(caseOf({ samples: [series('cpuCores', () => 0, { start: 'yesterday' })] })),
      /line 2 .*"samples\[0\].start" should be an instant/,
    ],
    [JSON.stringify(caseOf({ samples: {} })), /line 2 .*"samples" should be a list/],
  ];
  for (const [line, sentence] of bad) {
    try {
      await evaluated([good, line]);
      assert.unreachable(line);
    } catch (error) {
      assert.instance(error, UpidError);
      assert.is((error as UpidError).exitCode, 1);
      assert.match((error as UpidError).message, sentence);
    }
  }
});

test.run();
