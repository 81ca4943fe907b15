import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { assert, suite } from '../harness.ts';
import { run } from './run.ts';

const test = suite('simulate');

const folder = mkdtempSync(join(tmpdir(), 'upid-simulate-'));
const planFile = join(folder, 'plan.yaml');

interface Simulation {
  readonly metadata: Readonly<Record<string, unknown>> & { readonly realisableMonthlyAmount: number; readonly currency: string };
  readonly items: readonly { readonly name: string; readonly outcome: string }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly outcome: string;
    readonly reason?: string;
    readonly monthlyAmount: number;
  }[];
}

test.before(async () => {
  writeFileSync(planFile, (await run(['optimize', '--demo', '--dry-run=none', '-o', 'yaml'])).stdout);
});
test.after(() => rmSync(folder, { recursive: true, force: true }));

async function simulated(...args: readonly string[]): Promise<Simulation> {
  const { exitCode, stdout, stderr } = await run(['simulate', '--demo', '-f', planFile, '-o', 'json', ...args]);
  assert.is(exitCode, 0, stderr);
  return JSON.parse(stdout) as Simulation;
}

const read = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));

test('every change of the plan is replayed, every node is told of, and the figures agree with each other', async () => {
  const { items, nodes, metadata } = await simulated();
  assert.ok(items.length > 10);
  assert.ok(items.some(({ outcome }) => outcome === 'clear'));
  assert.is(nodes.length, 4);
  const freed = nodes.filter(({ outcome }) => outcome === 'freed');
  assert.ok(freed.length > 0);
  const sum = freed.reduce((total, { monthlyAmount }) => total + monthlyAmount, 0);
  assert.ok(Math.abs(sum - metadata.realisableMonthlyAmount) < 0.01);
  for (const { outcome, reason } of nodes) assert.is(outcome === 'kept', reason !== undefined);
});

test('the answer has the published shape, and is the same again', async () => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, schemas: [read('provenance')] });
  const validate = ajv.compile(read('simulation'));
  const value = await simulated();
  assert.ok(validate(value), ajv.errorsText(validate.errors, { separator: '\n' }));
  const again = await simulated();
  assert.equal([again.items, again.nodes], [value.items, value.nodes]);
});

test('the table has the changes, then the nodes; the three figures stand beside it', async () => {
  const { exitCode, stdout, stderr } = await run(['simulate', '--demo', '-f', planFile]);
  assert.is(exitCode, 0);
  assert.match(stdout, /^NAMESPACE +NAME +ACTION +OUTCOME +HOURS +FINDINGS\n/);
  assert.match(stdout, /\n\nNODE +OUTCOME +MONTHLY +REQUESTED +AFTER +WHY\n/);
  assert.match(stderr, /^SIMULATED/);
  assert.match(stderr, /Reclaimable requests: .* a month at list price; no money until a node goes\n/);
  assert.match(stderr, /Saved on the bill: [\d.]+ USD a month, \d+ nodes? more than without the plan\n/);
  assert.match(stderr, /Idle already: /);
});

test('a plan is read from standard input as well, and YAML of the answer is the same as JSON', async () => {
  const { exitCode, stdout } = await run(['simulate', '--demo', '-f', planFile, '-o', 'yaml']);
  assert.is(exitCode, 0);
  assert.match(stdout, /^apiVersion: upid.dev\/v1alpha1\nkind: Simulation\n/);
});

test('nothing would have gone wrong by the plan of the demo, so that --exit-code is 0', async () => {
  assert.is((await run(['simulate', '--demo', '-f', planFile, '--exit-code'])).exitCode, 0);
});

test('a plan that breaks something is told, and is 1 with --exit-code', async () => {
  const broken = join(folder, 'broken.json');
  const plan = JSON.parse((await run(['optimize', '--demo', '--dry-run=none', '-o', 'json'])).stdout) as {
    items: { readonly changes: readonly { readonly field: string; readonly to: string }[] }[];
  };
  const memory = new Set(
    plan.items.flatMap(({ changes }) => changes.flatMap(({ field, to }) => (field.endsWith('.memory') ? [to] : []))),
  );
  const lowered = (key: string, value: unknown): unknown =>
    (key === 'to' || key === 'value' || key === 'memory') && memory.has(String(value)) ? '1Mi' : value;
  plan.items = JSON.parse(JSON.stringify(plan.items, lowered));
  writeFileSync(broken, JSON.stringify(plan));
  const { exitCode, stdout } = await run(['simulate', '--demo', '-f', broken, '--exit-code']);
  assert.is(exitCode, 1);
  assert.match(stdout, /memory above its limit 1Mi in \d+ of \d+ h \(0 now\): OOM-killed/);
});

test('objects that are gone are told, and do not count for the nodes', async () => {
  const gone = join(folder, 'gone.json');
  const plan = JSON.parse((await run(['optimize', '--demo', '--dry-run=none', '-o', 'json'])).stdout) as {
    items: { name: string }[];
  };
  plan.items = plan.items.map((item) => ({ ...item, name: `${item.name}-gone` }));
  writeFileSync(gone, JSON.stringify(plan));
  const { exitCode, stdout, stderr } = await run(['simulate', '--demo', '-f', gone, '-o', 'json']);
  assert.is(exitCode, 0, stderr);
  const { items, metadata } = JSON.parse(stdout) as Simulation;
  assert.equal([...new Set(items.map(({ outcome }) => outcome))], ['gone']);
  assert.equal([metadata.realisableMonthlyAmount, metadata.reclaimableMonthlyAmount], [0, 0]);
});

test('a plan of another cluster is refused with both named', async () => {
  const other = join(folder, 'other.yaml');
  writeFileSync(other, readFileSync(planFile, 'utf8').replace(/^( {4}id: ).*$/m, '$1another-cluster'));
  const { exitCode, stdout, stderr } = await run(['simulate', '--demo', '-f', other]);
  assert.equal([exitCode, stdout], [1, '']);
  assert.match(
    stderr,
    /^error: the plan .*other\.yaml is of another cluster: .*\(another-cluster\), and this is .*; choose its cluster by --context/,
  );
});

test('one namespace alone says nothing about nodes, and why', async () => {
  const { exitCode, stderr, stdout } = await run(['simulate', '--demo', '-n', 'shop', '-f', planFile]);
  assert.is(exitCode, 0);
  assert.not.match(stdout, /^NODE/m);
  assert.match(stderr, /Warning: which nodes come free is not known: only pods of namespace shop were looked at/);
});

test('what is missing or cannot be combined is one sentence with exit code 2', async () => {
  for (const [args, sentence] of [
    [[], /the file of the plan is missing/],
    [['-f', planFile, 'deployment/web'], /whole namespaces/],
    [['-f', planFile, '-l', 'app=web'], /whole namespaces/],
    [['-f', planFile, '--sort-by', 'nonsense'], /sort-by/],
  ] as const) {
    const { exitCode, stdout, stderr } = await run(['simulate', '--demo', ...args]);
    assert.equal([exitCode, stdout], [2, ''], stderr);
    assert.match(stderr, sentence);
  }
  const missing = await run(['simulate', '--demo', '-f', join(folder, 'none.yaml')]);
  assert.is(missing.exitCode, 1);
});

test.run();
