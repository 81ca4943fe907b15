/** Watches over answers that end, versions that are forgotten, connections that break, and rights that are missing. */

import type { ServerResponse } from 'node:http';
import { watch } from '../../lib/kube/watch.ts';
import { assert, suite } from '../harness.ts';
import { clientOf, errorOf } from './config.ts';
import { sendStatus, startServer } from './server.ts';

const test = suite('watch');

const PATH = '/api/v1/pods';

interface Watched {
  /** Resource version that each request asked from. */
  readonly versions: readonly string[];
  readonly events: readonly string[];
  readonly interruptions: readonly string[];
  readonly relisted: number;
}

type Answer = (response: ServerResponse) => void;

const line = (type: string, resourceVersion: string, name = ''): string =>
  `${JSON.stringify({ type, object: { metadata: { name, resourceVersion } } })}\n`;

/** Answers one after another; after the last the watch is stopped. */
async function watched(answers: readonly Answer[]): Promise<Watched> {
  const versions: string[] = [];
  const stop = new AbortController();
  const server = await startServer((request, response) => {
    const { searchParams } = new URL(request.url ?? '', 'http://any');
    versions.push(searchParams.get('resourceVersion') ?? '');
    const answer = answers[versions.length - 1];
    if (answer === undefined) {
      stop.abort();
      return response.end();
    }
    return answer(response);
  });
  const client = await clientOf(server);
  const [events, interruptions]: [string[], string[]] = [[], []];
  let relisted = 0;
  try {
    await watch(client, PATH, {
      source: 'pods',
      resourceVersion: '1',
      signal: stop.signal,
      random: () => 0,
      onEvent: ({ type, object }) => events.push(`${type} ${(object as { metadata: { name: string } }).metadata.name}`),
      relist: async () => {
        relisted += 1;
        return '20';
      },
      onInterruption: (why) => interruptions.push(why),
    });
    return { versions, events, interruptions, relisted };
  } finally {
    await client.close();
    await server.stop();
  }
}

const lines =
  (...texts: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(texts.join(''));
  };

test('an answer that ends is followed by one from the last version that was told, also by a bookmark', async () => {
  const { versions, events, relisted } = await watched([
    lines(line('ADDED', '5', 'a'), line('BOOKMARK', '9')),
    lines(line('DELETED', '11', 'a')),
  ]);
  assert.equal(versions, ['1', '9', '11']);
  assert.equal(events, ['ADDED a', 'DELETED a']);
  assert.is(relisted, 0);
});

test('a version that the server has forgotten makes the list be read anew, told in the answer or by its status', async () => {
  const told = lines(
    `${JSON.stringify({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' } })}\n`,
  );
  const byStatus: Answer = (response) => sendStatus(response, 410, 'Expired', 'too old resource version');
  for (const forgotten of [told, byStatus]) {
    const { versions, relisted, interruptions } = await watched([forgotten, lines(line('ADDED', '21', 'b'))]);
    assert.equal(versions, ['1', '20', '21']);
    assert.is(relisted, 1);
    assert.equal(interruptions, ['the server has forgotten its version']);
  }
});

test('a line that a broken connection cut off is asked for again', async () => {
  const cut: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.write(line('ADDED', '5', 'a') + line('ADDED', '6', 'b').slice(0, 20));
    setTimeout(() => response.destroy(), 50);
  };
  const { versions, events } = await watched([cut, lines(line('ADDED', '6', 'b'))]);
  assert.equal(versions, ['1', '5', '6']);
  assert.equal(events, ['ADDED a', 'ADDED b']);
});

test('a right that is missing ends it', async () => {
  const server = await startServer((_, response) => sendStatus(response, 403, 'Forbidden', 'pods is forbidden'));
  const client = await clientOf(server);
  const watching = watch(client, PATH, {
    source: 'pods',
    resourceVersion: '1',
    signal: new AbortController().signal,
    random: () => 0,
    onEvent: () => undefined,
    relist: async () => '1',
  });
  assert.is((await errorOf(watching)).id, 'forbidden');
  await client.close();
  await server.stop();
});

test.run();
