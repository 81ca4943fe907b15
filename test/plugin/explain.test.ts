/** `explain` of the built program on the simulated cluster. */

import { parse } from 'yaml';
import { explainNotes } from '../../plugin/print/explain-notes.ts';
import { assert, suite } from '../harness.ts';
import { assertPublished } from '../operations/published.ts';
import { sampleExplain } from '../ui/sample-explain.ts';
import { run } from './run.ts';

const test = suite('explain on the simulated cluster');

interface Item {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly verdict: string;
  readonly askedBy: readonly { readonly kind: string; readonly name: string }[];
  readonly factors: readonly { readonly factor: string; readonly share?: number; readonly confidenceWithout?: number }[];
  readonly suppositions: readonly { readonly suppose: string; readonly verdict: string }[];
  readonly idleFrom?: { readonly at: string; readonly verdict: string };
  readonly neverIdle?: string;
  readonly podStates: readonly { readonly name: string }[];
}

async function items(...args: readonly string[]): Promise<readonly Item[]> {
  const { exitCode, stdout, stderr } = await run(['explain', ...args, '--demo', '-ojson']);
  assert.is(exitCode, 0, stderr);
  const value = JSON.parse(stdout);
  assertPublished('explanation', value);
  return value.items;
}

test('the page fits 80 columns and has every section, in the order in which one asks', async () => {
  const { exitCode, stdout, stderr } = await run(['explain', 'deployment/landing-page', '--demo'], { env: { LANG: 'C.UTF-8' } });
  assert.is(exitCode, 0, stderr);
  for (const line of stdout.split('\n')) assert.ok([...line].length <= 80, line);
  const sections = stdout.split('\n').filter((line) => /^[A-Z][a-z ]+:$/.test(line));
  assert.equal(sections, [
    'Factors:',
    'What would change the verdict:',
    'Evidence:',
    'Its own traffic:',
    'Containers:',
    'Pods:',
    'Sources:',
  ]);
  assert.match(stdout, /^Name: +deployment\.apps\/landing-page$/m);
  assert.match(stdout, /^Verdict: +idle since \d{4}-\d\d-\d\d \d\d:\d\d \(\w+\), \d\d% sure$/m);
  assert.match(stdout, /^ {2}active, .* if one CPU sample were above \d+m$/m);
  assert.match(stderr, /^SIMULATED: /);
});

test('a locale without UTF-8 gets nothing but ASCII', async () => {
  const { stdout } = await run(['explain', 'deployment/landing-page', '--demo'], { env: { LANG: 'C' } });
  assert.match(stdout, /^[ -~\n]*$/);
});

test('every workload that idle knows can be explained, with the same verdict, in the published shape', async () => {
  const { stdout } = await run(['idle', '--demo', '--include-active', '--include-unknown', '-ojson']);
  const all = (JSON.parse(stdout) as { items: readonly Item[] }).items;
  const explained = await items(...all.map(({ kind, name }) => `${kind}/${name}`));
  assert.equal(
    explained.map(({ namespace, kind, name, verdict }) => [namespace, kind, name, verdict]),
    all.map(({ namespace, kind, name, verdict }) => [namespace, kind, name, verdict]),
  );
  for (const { name, verdict, suppositions, idleFrom, neverIdle } of explained) {
    if (verdict === 'idle')
      assert.ok(
        suppositions.some((each) => each.verdict === 'active'),
        `${name}: nothing makes it active`,
      );
    // Whatever is not idle becomes so by quiet alone at some moment, or never does for a reason.
    else assert.is((idleFrom !== undefined) !== (neverIdle !== undefined), true, name);
    if (idleFrom) assert.is(idleFrom.verdict, 'idle', name);
  }
});

test('a pod stands for the workload it belongs to, which the page says', async () => {
  const [workload] = await items('deployment/landing-page');
  const pod = workload!.podStates[0]!.name;
  const [byPod] = await items('pod', pod);
  assert.is(byPod?.name, 'landing-page');
  assert.equal(byPod?.askedBy, [{ kind: 'Pod', name: pod }]);
  const { stdout } = await run(['explain', `po/${pod}`, '--demo']);
  assert.match(stdout, `Asked for as:  pod/${pod}, which belongs to it`);
  const [alone] = await items('pod/debug-shell');
  assert.equal([alone?.kind, alone?.askedBy], ['Pod', []]);
});

test('TYPE NAME NAME, TYPE/NAME TYPE/NAME and kinds of custom resources, each once', async () => {
  const named = async (...args: readonly string[]): Promise<readonly string[]> =>
    (await items(...args)).map(({ kind, name }) => `${kind}/${name}`);
  assert.equal(await named('deploy', 'web', 'cart'), ['Deployment/cart', 'Deployment/web']);
  assert.equal(await named('deploy/web', 'rollout/storefront', 'deploy/web'), ['Deployment/web', 'Rollout/storefront']);
});

test('what is not there is told after what is, with exit code 1; nothing named is a mistake in the command line', async () => {
  const { exitCode, stdout, stderr } = await run(['explain', 'deploy/web', 'deploy/nope', '--demo']);
  assert.is(exitCode, 1);
  assert.match(stdout, /^Name: +deployment\.apps\/web$/m);
  assert.match(stderr, /^error: no deployment "nope" was found in any namespace; /m);
  const none = await run(['explain', 'deploy/nope', '--demo']);
  assert.equal([none.exitCode, none.stdout], [1, '']);
  const bare = await run(['explain', '--demo']);
  assert.equal([bare.exitCode, bare.stdout], [2, '']);
  assert.match(bare.stderr, /^error: no workload was named; name one as TYPE\/NAME/m);
});

test('the other forms tell of the same', async () => {
  const of = async (...args: readonly string[]): Promise<string> =>
    (await run(['explain', 'deploy/returns-portal', '--demo', ...args])).stdout;
  assert.is(parse(await of('-oyaml')).items[0].name, 'returns-portal');
  assert.is(await of('-oname'), 'deployment.apps/returns-portal\n');
  assert.match(await of('-o', 'jsonpath={.items[0].idleFrom.at}'), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  const [heading, row] = (await of('-owide')).trimEnd().split('\n');
  assert.match(heading!, /^NAMESPACE +NAME +VERDICT +CONFIDENCE +IDLE-IN +REASON$/);
  assert.match(row!, /^internal +deployment\/returns-portal +unknown +<unknown> +5h/);
  assert.match(await of('-ocsv'), /^namespace,kind,name,.*\r\ninternal,Deployment,returns-portal,unknown/);
});

test('a name that several workloads have is said to, with all of them', () => {
  const result = sampleExplain('idle', 'active');
  const name = { kind: 'cluster', name: 'db' };
  const named = result.explanations.map((each, at) => {
    const workload = {
      ...each.finding.workload,
      apiVersion: `${['postgresql.cnpg.io', 'redis.example'][at]}/v1`,
      kind: 'Cluster',
      name: 'db',
    };
    return { ...each, finding: { ...each.finding, workload } };
  });
  assert.equal(explainNotes({ ...result, explanations: named }, [name]), [
    'cluster/db names 2 workloads, and all of them are explained: cluster.postgresql.cnpg.io/db in shop-staging, cluster.redis.example/db in shop',
  ]);
  assert.equal(explainNotes({ ...result, explanations: named.slice(0, 1) }, [name]), []);
});

test.run();
