/** Names that a cluster must be asked for, by the built program against servers of the test's own. */

import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, suite } from '../harness.ts';
import { writeConfig } from '../kube/config.ts';
import { execCredential, printingPlugin, scriptPlugin } from '../kube/plugin.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { type Handler, sendJson, sendStatus, startServer, type TestServer } from '../kube/server.ts';
import { completed, soonCompleted } from './complete.ts';

const test = suite('completion of names');

const servers: TestServer[] = [];
test.after(async () => {
  await Promise.all(servers.map((server) => server.stop()));
});

async function serving(handler: Handler): Promise<TestServer> {
  const server = await startServer(handler);
  servers.push(server);
  return server;
}

function namesOf(...names: readonly string[]): Handler {
  return (_, response) => sendJson(response, { metadata: {}, items: names.map((name) => ({ metadata: { name } })) });
}

interface Surroundings {
  readonly env: Readonly<Record<string, string>>;
  readonly cache: string;
}

/** A kubeconfig for a server, and an empty cache folder. */
function surroundings(server: TestServer, parts: Parameters<typeof writeConfig>[1] = {}): Surroundings {
  const caches = temporaryFolder();
  return {
    env: { KUBECONFIG: writeConfig(server.url, parts), XDG_CACHE_HOME: caches },
    cache: join(caches, 'kubectl-upid', 'names'),
  };
}

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 500; tries++) {
    if (condition()) return;
    await sleep(20);
  }
  throw new Error(`never came: ${what}`);
}

const NAMESPACES = ['idle', '-n', ''];

test('namespaces are asked for as metadata alone, page by page', async () => {
  const server = await serving(namesOf('shop', 'data'));
  const { env } = surroundings(server);
  assert.equal(await soonCompleted(NAMESPACES, env), ['shop', 'data']);
  const [request] = server.requests;
  assert.is(request?.url, '/api/v1/namespaces?limit=500');
  assert.match(request?.headers.accept ?? '', /^application\/json;as=PartialObjectMetadataList;/);
  assert.is(request?.headers.authorization, 'Bearer secret-token');
});

test('workloads are asked for in the namespace of the line, else of the context', async () => {
  const server = await serving(namesOf('web'));
  const { env } = surroundings(server, { context: { namespace: 'shop' } });
  assert.equal(await soonCompleted(['idle', 'deploy/'], env), ['deploy/web']);
  assert.equal(await soonCompleted(['idle', '--namespace=data', 'cronjob', ''], env), ['web']);
  assert.equal(await soonCompleted(['idle', '-n', 'data', 'po/'], env), ['po/web']);
  assert.equal(
    server.requests.map(({ url }) => url?.split('?')[0]),
    ['/apis/apps/v1/namespaces/shop/deployments', '/apis/batch/v1/namespaces/data/cronjobs', '/api/v1/namespaces/data/pods'],
  );
});

test('a type that is completed has its workloads asked for, so that they are there when they are wanted', async () => {
  const server = await serving(namesOf('web'));
  const { env, cache } = surroundings(server, { context: { namespace: 'shop' } });
  assert.equal((await completed(['idle', 'deploym'], env)).values, ['deployment/']);
  await until(() => existsSync(cache) && readdirSync(cache).some((file) => file.endsWith('.json')), 'the names');
  assert.equal((await completed(['idle', 'deployment/'], env)).values, ['deployment/web']);
  await completed(['idle', ''], env);
  assert.is(server.requests.length, 1, 'where several could be meant, none is asked for');
});

test('who is asked, and as whom, are told apart', async () => {
  const server = await serving((request, response) =>
    namesOf(`for-${request.headers['impersonate-user'] ?? 'me'}`)(request, response, ''),
  );
  const other = await serving(namesOf('of-another'));
  const { env } = surroundings(server);
  assert.equal(await soonCompleted(NAMESPACES, env), ['for-me']);
  assert.equal(await soonCompleted(['--as', 'jane', ...NAMESPACES], env), ['for-jane']);
  assert.equal(await soonCompleted(NAMESPACES, { ...env, KUBECONFIG: writeConfig(other.url) }), ['of-another']);
  assert.equal((await completed(NAMESPACES, env)).values, ['for-me']);
});

test('what was told is kept for a minute, then asked again; the old names stand in until the new ones are there', async () => {
  const names = ['before'];
  const server = await serving((request, response) => namesOf(...names)(request, response, ''));
  const { env, cache } = surroundings(server);
  await soonCompleted(NAMESPACES, env);
  names[0] = 'after';
  assert.equal((await completed(NAMESPACES, env)).values, ['before']);
  assert.is(server.requests.length, 1);

  const [file = ''] = readdirSync(cache);
  const told = JSON.parse(readFileSync(join(cache, file), 'utf8'));
  writeFileSync(join(cache, file), JSON.stringify({ ...told, toldAtMs: told.toldAtMs - 61_000 }));
  await completed(NAMESPACES, env);
  await until(() => !readFileSync(join(cache, file), 'utf8').includes('before'), 'the new names');
  assert.equal((await completed(NAMESPACES, env)).values, ['after']);
});

test('the cache is for its owner alone, whole, and forgets what is a day old', async () => {
  const server = await serving(namesOf('shop'));
  const { env, cache } = surroundings(server);
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  const old = join(cache, 'f00d.json');
  writeFileSync(old, '{}');
  utimesSync(old, 1, 1);
  await soonCompleted(NAMESPACES, env);
  const [file = '', ...others] = readdirSync(cache);
  assert.equal(others, [], 'nothing is left beside it');
  assert.match(file, /^[0-9a-f]{32}\.json$/);
  assert.is(statSync(cache).mode & 0o777, 0o700);
  assert.is(statSync(join(cache, file)).mode & 0o777, 0o600);
  assert.not.match(readFileSync(join(cache, file), 'utf8'), 'secret-token');
});

test('a corrupt cache is as none, and is mended', async () => {
  const server = await serving(namesOf('shop'));
  const { env, cache } = surroundings(server);
  await soonCompleted(NAMESPACES, env);
  const [file = ''] = readdirSync(cache);
  for (const content of ['', '{"toldAtMs":', '[]', '{"toldAtMs":1e15,"names":"shop"}', '{"toldAtMs":1e15,"names":[1]}']) {
    writeFileSync(join(cache, file), content);
    assert.equal(await soonCompleted(NAMESPACES, env), ['shop'], content);
  }
});

test('a cache folder that others may write is not used, and nothing is asked', async () => {
  const server = await serving(namesOf('shop'));
  const { env, cache } = surroundings(server);
  mkdirSync(cache, { recursive: true });
  chmodSync(cache, 0o777);
  assert.equal((await completed(NAMESPACES, env)).values, []);
  assert.equal(readdirSync(cache), []);
  assert.is(server.connections(), 0);
});

test('a home that cannot be written gives nothing, and no error', async () => {
  const server = await serving(namesOf('shop'));
  const { env } = surroundings(server);
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  assert.equal((await completed(NAMESPACES, { ...env, XDG_CACHE_HOME: join(file, 'cache') })).values, []);
});

test('a server that has not answered is not waited for; it is asked once, and the names are there when it has', async () => {
  let answer = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const server = await serving(async (request, response) => {
    await asked;
    namesOf('late')(request, response, '');
  });
  const { env } = surroundings(server);
  assert.equal((await completed(NAMESPACES, env)).values, []);
  await until(() => server.requests.length > 0, 'the request');
  assert.equal((await completed(NAMESPACES, env)).values, []);
  assert.is(server.requests.length, 1);
  answer();
  assert.equal(await soonCompleted(NAMESPACES, env), ['late']);
  assert.is(server.requests.length, 1);
});

test('what is refused gives nothing, and is not asked again at the next key', async () => {
  const server = await serving((_, response) => sendStatus(response, 403, 'Forbidden', 'namespaces is forbidden'));
  const { env, cache } = surroundings(server);
  assert.equal((await completed(NAMESPACES, env)).values, []);
  await until(() => server.requests.length > 0, 'the request');
  for (let tries = 0; tries < 3; tries++) assert.equal((await completed(NAMESPACES, env)).values, []);
  assert.is(server.requests.length, 1);
  // Half a minute later it is.
  const [claim = ''] = readdirSync(cache);
  const earlier = statSync(join(cache, claim)).mtimeMs / 1000 - 31;
  utimesSync(join(cache, claim), earlier, earlier);
  await completed(NAMESPACES, env);
  await until(() => server.requests.length > 1, 'the second request');
});

test('names that are none are left out', async () => {
  const server = await serving(namesOf('good', '$(touch x)', 'a b', '../up', 'Upper'));
  const { env } = surroundings(server);
  assert.equal(await soonCompleted(NAMESPACES, env), ['good']);
});

test('a credential plugin is run without a terminal and without standard input', async () => {
  const server = await serving((request, response) =>
    request.headers.authorization === 'Bearer from-plugin'
      ? namesOf('shop')(request, response, '')
      : sendStatus(response, 401, 'Unauthorized', 'Unauthorized'),
  );
  const folder = temporaryFolder();
  const credential = join(folder, 'credential');
  writeFileSync(credential, execCredential({ token: 'from-plugin' }));
  const plugin = scriptPlugin(
    `cat > '${folder}/stdin'\nif (: < /dev/tty) 2> /dev/null; then echo one; else echo none; fi > '${folder}/terminal'\necho complaint >&2\ncat '${credential}'`,
  );
  const { env } = surroundings(server, { user: plugin.user({ interactiveMode: 'IfAvailable' }) });
  assert.equal(await soonCompleted(NAMESPACES, env), ['shop']);
  assert.is(readFileSync(join(folder, 'stdin'), 'utf8'), '');
  assert.is(readFileSync(join(folder, 'terminal'), 'utf8'), 'none\n');
  assert.is(JSON.parse(plugin.infos()[0]!).spec.interactive, false);
});

test('a credential plugin that must ask the person is not run', async () => {
  const server = await serving(namesOf('shop'));
  const plugin = printingPlugin(execCredential({ token: 'x' }));
  const { env, cache } = surroundings(server, { user: plugin.user({ interactiveMode: 'Always' }) });
  assert.equal((await completed(NAMESPACES, env)).values, []);
  const putOff = (): boolean => readdirSync(cache).some((file) => statSync(join(cache, file)).mtimeMs > Date.now() + 60_000);
  await until(putOff, 'that it is not tried again soon');
  assert.equal(plugin.infos(), []);
  assert.is(server.connections(), 0);
});

test('NODE_OPTIONS of the shell reach the credential plugin, and nothing else', async () => {
  const server = await serving(namesOf('shop'));
  const folder = temporaryFolder();
  const credential = join(folder, 'credential');
  writeFileSync(credential, execCredential({ token: 'x' }));
  const plugin = scriptPlugin(`printf %s "$NODE_OPTIONS" > '${folder}/options'\ncat '${credential}'`);
  const { env } = surroundings(server, { user: plugin.user() });
  const NODE_OPTIONS = '--require=/nonexistent';
  assert.equal(await soonCompleted(NAMESPACES, { ...env, NODE_OPTIONS }), ['shop']);
  assert.is(readFileSync(join(folder, 'options'), 'utf8'), NODE_OPTIONS);
});

test('a token of the line does not show in the arguments of the process that asks', async () => {
  let free = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    free = resolve;
  });
  const server = await serving(async (request, response) => {
    await held;
    namesOf(request.headers.authorization === 'Bearer given' ? 'shop' : 'wrong')(request, response, '');
  });
  const { env } = surroundings(server);
  const words = ['idle', '--token', 'given', '-n', ''];
  await completed(words, env);
  await until(() => server.requests.length > 0, 'the request');
  const lines = processesOf('__ask-names');
  free();
  assert.equal(await soonCompleted(words, env), ['shop']);
  if (lines === undefined) return;
  assert.ok(lines.length > 0);
  for (const line of lines) assert.not.match(line, 'given');
});

/** Command lines that hold a word; undefined where the system does not show them as files. */
function processesOf(word: string): readonly string[] | undefined {
  if (!existsSync('/proc/self/cmdline')) return undefined;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        return '';
      }
    })
    .filter((line) => line.includes(word));
}

test('a large kubeconfig is read in the background, and once', async () => {
  const file = join(temporaryFolder(), 'config');
  const contexts = Array.from({ length: 500 }, (_, index) => ({
    name: `context-${index}`,
    context: { namespace: 'n'.repeat(100) },
  }));
  writeFileSync(file, JSON.stringify({ contexts }));
  const env = { KUBECONFIG: file, XDG_CACHE_HOME: temporaryFolder() };
  assert.is((await soonCompleted(['idle', '--context', ''], env)).length, 500);
  assert.is((await completed(['idle', '--context', 'context-49'], env)).values.length, 11);
  writeFileSync(file, JSON.stringify({ contexts: [...contexts, { name: 'another', context: {} }] }));
  assert.equal(await soonCompleted(['idle', '--context', 'another'], env), ['another']);
});

test.run();
