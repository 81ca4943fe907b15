/** The plan file: what is written is read back, whatever the plan, and no other plan is taken for one. */

import { Readable } from 'node:stream';
import { stringify } from 'yaml';
import { readPlanFile } from '../../lib/operations/plan-file/read.ts';
import { makePlan } from '../../lib/optimize/plan.ts';
import { readPlan } from '../../lib/optimize/plan-file/read.ts';
import { writePlan } from '../../lib/optimize/plan-file/write.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { Plan, Recommendation } from '../../lib/types/plan.ts';
import { assert, suite } from '../harness.ts';
import { run } from '../plugin/run.ts';
import { idleOf, inputOf, NOW, objectOf, usageOf, workloadOf } from './look.ts';

const test = suite('plan file');

interface Loose {
  [field: string]: Loose & Loose[] & string;
}

/** One of each: scaled to zero, right-sized, emitted, declined, with every field that may be absent. */
function sample(): Plan {
  const workloads = ['idle', 'wasteful', 'unseen'].map((name) => workloadOf(objectOf({ name })));
  const plan = makePlan(inputOf(workloads, [[], [usageOf('web')], []], { findings: [idleOf(workloads[0]!)], madeAtMs: NOW }));
  const [first, ...others] = plan.recommendations as [Recommendation, ...Recommendation[]];
  const risk = { value: 0.25, factors: [{ name: 'single replica', logOdds: 0.8, evidence: 'one replica' }] };
  const emitted = { form: 'kustomize', text: 'kind: Deployment\n', destination: 'the repository of shop' } as const;
  const replayed = { hours: 100, exceeded: 1, fromMs: NOW - 3_600_000, toMs: NOW };
  return {
    ...plan,
    recommendations: [
      { ...first, risk, dryRun: { state: 'accepted' }, changes: first.changes.map((change) => ({ ...change, replayed })) },
      ...others.map((each) => ({ ...each, risk })),
      { ...others[0]!, patch: [], undo: [], emitted, warnings: ['look\tout\nbelow'] },
      { ...first, kind: 'storage', changes: [], patch: [], undo: [] },
    ],
  };
}

/** A copy of the written sample with one thing done to it. */
function broken(change: (plan: Loose) => void): string {
  const written = JSON.parse(JSON.stringify(writePlan(sample()))) as Loose;
  change(written);
  return JSON.stringify(written);
}

function refusalOf(text: string): string {
  try {
    readPlan(text, 'plan.yaml');
  } catch (error) {
    assert.instance(error, UpidError);
    assert.is((error as UpidError).id, 'input-invalid');
    return `${(error as UpidError).message}; ${(error as UpidError).remedy}`;
  }
  return 'taken';
}

test('what is written is read back as it was, from JSON and from YAML', () => {
  const plan = sample();
  const written = writePlan(plan);
  assert.equal(readPlan(JSON.stringify(written), 'plan.json'), plan);
  assert.equal(readPlan(stringify(written, { lineWidth: 0 }), 'plan.yaml'), plan);
  assert.equal(writePlan(readPlan(JSON.stringify(written), 'plan.json')), written);
});

test('what optimize prints of the simulated cluster is read back, the same in both forms', async () => {
  const [json, yaml] = await Promise.all(['json', 'yaml'].map((form) => run(['optimize', '--demo', '-o', form])));
  const plan = readPlan(json!.stdout, 'plan.json');
  assert.ok(plan.recommendations.length > 10);
  assert.is(plan.cluster.simulated, true);
  assert.equal(readPlan(yaml!.stdout, 'plan.yaml'), plan);
  assert.equal(readPlan(JSON.stringify(writePlan(plan)), 'again'), plan);
});

/** Every place of a value with the path that a person is told. */
function places(value: unknown, path = ''): readonly (readonly [string, readonly (string | number)[]])[] {
  const inner = (name: string, at: string | number, each: unknown) => [
    [name, [at]] as const,
    ...places(each, name).map(([deeper, rest]) => [deeper, [at, ...rest]] as const),
  ];
  if (Array.isArray(value)) return value.flatMap((each, at) => inner(`${path}[${at}]`, at, each));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => inner(path === '' ? name : `${path}.${name}`, name, each));
}

/** A value is free there, or it is only told for people. */
const FREE = /\.value$|\.(savedCpu|savedMemory|requestedCpu|requestedMemory|simulated)$|^metadata\.(savedCpu|savedMemory)$/;

test('each field, broken by itself, is refused with its place', () => {
  const all = places(JSON.parse(JSON.stringify(writePlan(sample())))).filter(([path]) => !FREE.test(path));
  assert.ok(all.length > 150, String(all.length));
  for (const [path, steps] of all) {
    const text = broken((plan) => {
      const parent = steps.slice(0, -1).reduce<Loose>((at, step) => at[step]!, plan) as Record<string | number, unknown>;
      parent[steps.at(-1)!] = { surprise: true };
    });
    const told = refusalOf(text);
    // Whichever is looked at first: the field, one in it, or the field that must agree with it.
    assert.ok(told.startsWith(`plan.yaml: ${path}`), `${path}: ${told}`);
  }
});

test('a field that is left out is refused unless it may be absent', () => {
  const text = broken((plan) => delete plan.items![0]!.patch);
  assert.is(refusalOf(text), 'plan.yaml: items[0].patch is missing; it should be there');
  assert.is(refusalOf(broken((plan) => delete plan.items![0]!.confidence)), 'taken');
});

test('a field that is not known is refused but in the metadata', () => {
  assert.match(
    refusalOf(broken((plan) => Object.assign(plan.items![1]!, { surprise: 1 }))),
    /^plan\.yaml: items\[1\]\.surprise is no field that this version knows/,
  );
  assert.is(refusalOf(broken((plan) => Object.assign(plan.metadata!, { surprise: 1 }))), 'taken');
});

test('what is wrong is told with what stands there and what would be right', () => {
  const cases: readonly [(plan: Loose) => unknown, string][] = [
    [(plan) => Object.assign(plan, { apiVersion: 'v2' }), 'apiVersion is "v2"; it should be upid.dev/v1alpha1'],
    [(plan) => Object.assign(plan, { kind: 'List' }), 'kind is "List"; it should be OptimizationPlan'],
    [(plan) => delete plan.items![0]!.risk, 'items[0].risk is missing; it should be there'],
    [(plan) => Object.assign(plan.items![0]!, { risk: 1.5 }), 'items[0].risk is 1.5; it should be a number from 0 to 1'],
    [
      (plan) => Object.assign(plan.items![0]!, { name: '../secrets' }),
      'items[0].name is "../secrets"; it should be the name of an object',
    ],
    [
      (plan) => Object.assign(plan.items![0]!, { reason: '\u001b[2J' }),
      'items[0].reason is "\\u001b[2J"; it should be a text without control characters',
    ],
    [
      (plan) => Object.assign(plan.metadata!, { madeAt: 'yesterday' }),
      'metadata.madeAt is "yesterday"; it should be an instant in UTC, such as 2026-03-01T14:05:00Z',
    ],
    [
      (plan) => Object.assign(plan.items![0]!.changes![0]!, { to: 'many' }),
      'items[0].changes[0].to is "many"; it should be a quantity, such as 250m or 1Gi',
    ],
  ];
  for (const [change, told] of cases) assert.is(refusalOf(broken((plan) => void change(plan))), `plan.yaml: ${told}`);
});

test('a patch that writes more than its kind may, or to another object, or what is not shown, is refused', () => {
  const at = sample().recommendations.findIndex(({ kind }) => kind === 'scale-to-zero');
  const patched = (change: (patch: Loose[]) => void): string =>
    refusalOf(broken((plan) => change((plan.items as unknown as Loose[])[at]!.patch as unknown as Loose[])));
  assert.match(
    patched((patch) => patch.push({ op: 'add', path: '/spec/template/spec/hostNetwork', value: true } as unknown as Loose)),
    /patch\[3\]\.path is "\/spec\/template\/spec\/hostNetwork"; it should be a path that scale-to-zero may change$/,
  );
  assert.match(
    patched((patch) => Object.assign(patch[0]!, { value: 'another' })),
    /patch\[0\] is an object; it should be a test that \/metadata\/uid is that of the target, "uid-/,
  );
  assert.match(
    patched((patch) => Object.assign(patch[2]!, { value: 1 })),
    /patch does not write what changes shows \(replicas=1\)/,
  );
  assert.match(
    refusalOf(broken((plan) => Object.assign((plan.items as unknown as Loose[])[at]!, { recommendation: 'schedule' }))),
    /is "\/spec\/replicas"; it should be a path that schedule may change$/,
  );
});

test('what is no plan at all is told as that', () => {
  assert.match(refusalOf(''), /^plan\.yaml: the whole is null; it should be an object with fields$/);
  assert.match(refusalOf('[1]'), /^plan\.yaml: the whole is a list/);
  assert.match(refusalOf('{"a": '), /^plan\.yaml is neither JSON nor YAML: .*line 1/);
  assert.match(refusalOf('a: 1\na: 2\n'), /^plan\.yaml is neither JSON nor YAML: Map keys must be unique at line 2/);
  assert.match(refusalOf('a: &x [1]\nb: *x\n'), /aliases are not read/);
  assert.match(refusalOf('a: 1\n---\nb: 1\n'), /multiple documents/);
});

test('names that reach for the prototype are refused, and change nothing', () => {
  const [head, ...rest] = broken(() => undefined).split('{');
  const evil = `${head}{"__proto__": {"polluted": true}, ${rest.join('{')}`;
  assert.match(refusalOf(evil), /"__proto__" is no field that this version knows/);
  const inside = broken((plan) => Object.assign(plan.items![0]!.patch![0]!, { value: JSON.parse('{"__proto__": {"a": 1}}') }));
  assert.match(refusalOf(inside), /patch\[0\]\.value\."__proto__" is no name of a field/);
  assert.is(({} as { polluted?: boolean }).polluted, undefined);
});

test('a file that is missing, too deep, or no text is refused by name; standard input is read', async () => {
  const read = (file: string, text: string | Uint8Array = '') =>
    readPlanFile({ file, stdin: Readable.from([Buffer.from(text)]) });
  await read('/nowhere/plan.yaml').then(
    () => assert.unreachable(),
    ({ message }) => assert.match(message, /^\/nowhere\/plan\.yaml cannot be read: /),
  );
  await read('-', new Uint8Array([0xff, 0xfe])).then(
    () => assert.unreachable(),
    ({ message }) => assert.is(message, 'standard input is not UTF-8 text'),
  );
  const deep = broken((plan) =>
    Object.assign(plan.items![0]!.patch![0]!, { value: JSON.parse('['.repeat(200) + ']'.repeat(200)) }),
  );
  await read('-', deep).then(
    () => assert.unreachable(),
    ({ message }) => assert.match(message, /is nested too deeply$/),
  );
  assert.equal(await read('-', JSON.stringify(writePlan(sample()))), sample());
});

test.run();
