/** A Prometheus by URL that answers badly costs its own figures and nothing else: the look goes on, and says what came instead. */

import type { TestCluster } from '../cluster/cluster.ts';
import { sharedCluster } from '../cluster/shared.ts';
import { clusterSuite } from '../cluster/suite.ts';
import { assert } from '../harness.ts';
import { type Handler, startServer } from '../kube/server.ts';
import { run } from './run.ts';

const test = clusterSuite('a Prometheus that answers badly');

let cluster: TestCluster;

test.before(async () => {
  ({ cluster } = await sharedCluster());
});

interface Seen {
  readonly warnings: readonly string[];
  readonly state: string;
  readonly verdicts: readonly string[];
}

async function lookWith(handler: Handler): Promise<Seen> {
  const server = await startServer(handler, { plain: true });
  const args = ['idle', '-A', '-ojson', '--include-unknown', '--no-history', '--kubeconfig', cluster.kubeconfig];
  const { exitCode, stdout, stderr } = await run([...args, '--prometheus-url', server.url]);
  await server.stop();
  assert.is(exitCode, 0, stderr);
  const { metadata, items } = JSON.parse(stdout);
  const { state } = metadata.sources.find(({ source }: { source: string }) => source === 'prometheus');
  return {
    warnings: stderr.trimEnd().split('\n'),
    state,
    verdicts: [...new Set<string>(items.map(({ verdict }: { verdict: string }) => verdict))],
  };
}

const BAD: readonly (readonly [string, Handler, RegExp])[] = [
  [
    'a page of HTML',
    (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><title>Log in</title>'),
    /^Warning: prometheus: http:\S+: it answered a page of HTML titled "Log in" \(status 200\) instead of JSON; .+$/,
  ],
  [
    'an error',
    (_, response) =>
      response
        .writeHead(500, { 'content-type': 'application/json' })
        .end('{"status":"error","errorType":"internal","error":"disk is full"}'),
    /^Warning: prometheus: http:\S+: it answered .*disk is full.*; .+$/,
  ],
  ['nothing', (_, response) => response.end(), /^Warning: prometheus: http:\S+: it answered nothing \(status 200\); .+$/],
  [
    'no answer, but closes',
    (request) => request.socket.destroy(),
    /^Warning: prometheus: http:\S+: .*closed the connection.*; .+$/,
  ],
  [
    'half of an answer',
    (_, response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"status":"success","data":{"resul'),
    /^Warning: prometheus: http:\S+: its answer was cut off after \d+ characters; .+$/,
  ],
];

for (const [what, handler, warning] of BAD) {
  test(`${what}: one warning, and nothing is called idle`, async () => {
    const { warnings, state, verdicts } = await lookWith(handler);
    assert.is(warnings.length, 1, warnings.join('\n'));
    assert.match(warnings[0]!, warning);
    assert.equal({ state, verdicts }, { state: 'failed', verdicts: ['unknown'] });
  });
}

test('partial data: what came is used, and that it is a part is told', async () => {
  const { warnings, state, verdicts } = await lookWith(async ({ url }, response) => {
    const answer = await fetch(`${cluster.prometheusUrl}${url}`);
    const body = (await answer.json()) as object;
    response.writeHead(answer.status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...body, warnings: ['store 10.0.0.7 does not answer'] }));
  });
  assert.equal(
    warnings.map((line) => line.replace(/; look at .+$/, '')),
    ['Warning: prometheus: it warns: store 10.0.0.7 does not answer'],
  );
  assert.is(state, 'partial');
  assert.ok(verdicts.includes('idle'));
});

test.run();
