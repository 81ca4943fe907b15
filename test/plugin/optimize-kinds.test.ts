/** The commands that ask for one kind of recommendation, and for what a policy allows, on the simulated cluster. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assert, suite } from '../harness.ts';
import { assertPublished } from '../operations/published.ts';
import { run } from './run.ts';

const test = suite('optimize by kind');

const folder = mkdtempSync(join(tmpdir(), 'upid-policy-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

interface List {
  readonly items: readonly {
    readonly namespace: string;
    readonly name: string;
    readonly recommendation: string;
    readonly risk: number;
    readonly emitted?: object;
  }[];
  readonly declined: readonly { readonly reason: string }[];
}

async function items(...args: readonly string[]): Promise<List> {
  const { exitCode, stdout, stderr } = await run([...args, '--demo', '-o', 'json']);
  assert.is(exitCode, 0, stderr);
  const list = JSON.parse(stdout) as List;
  assertPublished('optimization-plan', list);
  return list;
}

test('resources proposes sizes alone, zero-pod zeros alone', async () => {
  for (const [command, kind] of [
    ['resources', 'rightsize'],
    ['zero-pod', 'scale-to-zero'],
  ] as const) {
    const list = await items('optimize', command);
    assert.ok(list.items.length > 0);
    assert.equal([...new Set(list.items.map(({ recommendation }) => recommendation))], [kind]);
  }
});

test('each recommendation has a risk, and some are emitted for where they are kept', async () => {
  const list = await items('optimize');
  assert.ok(list.items.every(({ risk }) => risk > 0 && risk < 1));
  assert.ok(list.items.some(({ emitted }) => emitted !== undefined));
  const careful = await items('optimize', '--max-risk', '0.05');
  assert.ok(careful.items.length > 0 && careful.items.length < list.items.length);
  assert.ok(careful.items.every(({ risk }) => risk <= 0.05));
});

test('what keeps the cluster running is left unless it is asked for', async () => {
  const inSystem = async (...args: readonly string[]): Promise<number> =>
    (await items('optimize', '--dry-run=none', ...args)).items.filter(({ namespace }) => namespace === 'kube-system').length;
  assert.is(await inSystem(), 0);
  assert.ok((await inSystem('--include-system')) > 0);
});

test('a policy lets through as many as it allows, and tells why the others are not among them', async () => {
  const policy = join(folder, 'policy.yaml');
  writeFileSync(
    policy,
    'apiVersion: upid.dev/v1alpha1\nkind: OptimizationPolicy\nnamespaces: ["*"]\nkinds: [rightsize]\nmaxChanges: 2\nmaxRisk: 0.3\n',
  );
  const list = await items('optimize', 'auto', '--policy', policy);
  assert.is(list.items.length, 2);
  assert.ok(list.items.every(({ recommendation, emitted }) => recommendation === 'rightsize' && emitted === undefined));
  assert.ok(list.declined.some(({ reason }) => /the policy allows 2 changes in a run/.test(reason)));
});

test('without a policy, or with one that cannot be read, nothing is looked at', async () => {
  const none = await run(['optimize', 'auto', '--demo']);
  assert.is(none.exitCode, 2);
  assert.match(none.stderr, /^error: optimize auto needs a policy/);
  const file = join(folder, 'wrong.yaml');
  writeFileSync(file, 'kind: Deployment\n');
  const wrong = await run(['optimize', 'auto', '--demo', '--policy', file]);
  assert.is(wrong.exitCode, 1);
  assert.match(wrong.stderr, /wrong\.yaml: apiVersion is missing/);
});

test.run();
