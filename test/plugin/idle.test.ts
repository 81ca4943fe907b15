import { parse } from 'yaml';
import { assert, suite } from '../harness.ts';
import { run } from './run.ts';

const test = suite('idle and optimize on the simulated cluster');

/** Lines of a table, cells divided where kubectl's tables are: at three blanks or more. */
function cells(table: string): string[][] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
}

test('the table has the columns of the namespace and of the evidence, and says first that all is simulated', async () => {
  const { exitCode, stdout, stderr } = await run(['idle', '--demo']);
  assert.is(exitCode, 0, stderr);
  const [heading, ...rows] = cells(stdout);
  assert.equal(heading, ['NAMESPACE', 'NAME', 'PODS', 'IDLE-SINCE', 'CPU', 'MEMORY', 'NETWORK', 'REQUESTS', 'CONFIDENCE']);
  assert.ok(rows.length > 0);
  for (const row of rows) {
    assert.is(row.length, 9, row.join('|'));
    assert.match(row[1]!, /^[a-z]+\/[a-z0-9.-]+$/);
    assert.match(row[8]!, /^(8[5-9]|9\d|100)%$/);
  }
  assert.match(stderr, /^SIMULATED: /);
});

test('demo is idle --demo', async () => {
  const [demo, idle] = [await run(['demo', '-o', 'name']), await run(['idle', '--demo', '-o', 'name'])];
  assert.is(demo.stdout, idle.stdout);
  assert.match(demo.stdout, /^deployment\.apps\//m);
});

test('wide adds columns at the end, --no-headers takes the headings away', async () => {
  const { stdout } = await run(['idle', '--demo', '-owide']);
  assert.equal(cells(stdout)[0]!.slice(9), ['VERDICT', 'WASTE', 'EVIDENCE']);
  const bare = await run(['idle', '--demo', '--no-headers']);
  assert.not.match(bare.stdout, 'NAMESPACE');
});

test('JSON, YAML, CSV, names and paths tell of the same workloads', async () => {
  const of = async (...args: string[]): Promise<string> => (await run(['idle', '--demo', ...args])).stdout;
  const names = JSON.parse(await of('-o', 'json')).items.map(({ name }: { name: string }) => name);
  assert.ok(names.length > 0);
  assert.equal(
    parse(await of('-oyaml')).items.map(({ name }: { name: string }) => name),
    names,
  );
  assert.is(await of('-o', 'jsonpath={.items[*].name}'), names.join(' '));
  assert.is(await of('-o', 'custom-columns=N:.name', '--no-headers'), `${names.join('\n')}\n`);
  assert.equal(
    (await of('-ocsv'))
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[2]),
    names,
  );
});

test('--sort-by orders, also what is printed as JSON', async () => {
  const confidences = JSON.parse((await run(['idle', '--demo', '-ojson', '--sort-by=confidence'])).stdout).items.map(
    ({ confidence }: { confidence: number }) => confidence,
  );
  assert.equal(
    confidences,
    [...confidences].sort((a, b) => b - a),
  );
});

test('unknown workloads are counted with what is missing, and listed when asked for', async () => {
  const plain = await run(['idle', '--demo']);
  assert.match(plain.stderr, /^\d+ workloads? unknown: .+; see --include-unknown$/m);
  const { stdout } = await run(['idle', '--demo', '--include-unknown', '-o', 'jsonpath={.items[*].verdict}']);
  assert.match(stdout, 'unknown');
});

test('a named workload is shown whatever its verdict', async () => {
  const { items } = JSON.parse((await run(['optimize', '--demo', '-ojson'])).stdout);
  const used = items.find(({ recommendation }: { recommendation: string }) => recommendation === 'rightsize');
  const { exitCode, stdout, stderr } = await run(['idle', '--demo', '-n', used.namespace, `${used.kind}/${used.name}`, '-ojson']);
  assert.is(exitCode, 0, stderr);
  assert.equal(
    JSON.parse(stdout).items.map(({ name, verdict }: { name: string; verdict: string }) => [name, verdict]),
    [[used.name, 'active']],
  );
});

test('a name that is not there is told, with exit code 1', async () => {
  const { exitCode, stderr } = await run(['idle', '--demo', '-n', 'default', 'deploy/no-such-thing']);
  assert.is(exitCode, 1);
  assert.match(stderr, 'no-such-thing');
});

test('a namespace without workloads is said in kubectl’s words, with exit code 0', async () => {
  const { exitCode, stdout, stderr } = await run(['idle', '--demo', '-n', 'empty-namespace']);
  assert.is(exitCode, 0);
  assert.is(stdout, '');
  assert.match(stderr, /^No resources found in empty-namespace namespace\.$/m);
  assert.equal(JSON.parse((await run(['idle', '--demo', '-n', 'empty-namespace', '-ojson'])).stdout).items, []);
});

test('-v tells every source and what it cost', async () => {
  const { stderr } = await run(['idle', '--demo', '-v']);
  assert.match(stderr, /^SOURCE +STATE +DETAIL$/m);
  assert.match(stderr, /^ASKED +REQUESTS +BYTES +SECONDS +RETRIES$/m);
});

test('optimize proposes, says that nothing was changed, and tells by its exit code when asked', async () => {
  const { exitCode, stdout, stderr } = await run(['optimize', '--demo']);
  assert.is(exitCode, 0, stderr);
  assert.equal(cells(stdout)[0]!.slice(0, 4), ['NAMESPACE', 'NAME', 'ACTION', 'CHANGE']);
  assert.match(stderr, /^\d+ recommendations: .+; nothing was changed$/m);
  assert.is((await run(['optimize', '--demo', '--dry-run', '--exit-code', '-oname'])).exitCode, 1);
});

test.run();
