import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { assert, suite } from '../harness.ts';
import { PROGRAM, run } from './run.ts';

const test = suite('what a command loads');

const DIST = dirname(PROGRAM);
const NODE = join(DIST, '..', 'node_modules', 'node', 'bin', 'node');

interface Metafile {
  readonly outputs: Readonly<Record<string, { readonly inputs: Readonly<Record<string, unknown>> }>>;
}

/** Source files and packages that lie in the files of dist/lib which a run has loaded. */
async function loadedBy(
  args: readonly string[],
): Promise<{ readonly sources: readonly string[]; readonly packages: readonly string[] }> {
  const file = join(tmpdir(), `upid-loads-${process.pid}.json`);
  const preload = new URL('./record-loads.mjs', import.meta.url).href;
  const { exitCode, stderr } = await run(['--import', preload, join(DIST, 'lib', 'main.js'), ...args], {
    program: NODE,
    env: { LOADS_FILE: file },
  });
  assert.is(exitCode, 0, stderr);
  const { outputs } = JSON.parse(readFileSync(join(DIST, 'modules.json'), 'utf8')) as Metafile;
  const urls = JSON.parse(readFileSync(file, 'utf8')) as readonly string[];
  const inputs = urls.flatMap((url) => Object.keys(outputs[`dist/lib/${basename(url)}`]?.inputs ?? {}));
  const external = urls.flatMap((url) => (url.includes('/node_modules/') ? [url] : []));
  const packages = [...inputs, ...external].flatMap((path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? []);
  return {
    sources: inputs.filter((path) => !path.includes('node_modules/')).sort(),
    packages: [...new Set(packages)].sort(),
  };
}

test('help without a command loads no package, and of ours only what it prints', async () => {
  const { sources, packages } = await loadedBy(['--help']);
  assert.equal(packages, []);
  assert.equal(sources, [
    'plugin/context.ts',
    'plugin/home.ts',
    'plugin/interrupts.ts',
    'plugin/main.ts',
    'plugin/registry.ts',
    'plugin/root-help.ts',
    'plugin/run.ts',
  ]);
});

test('version loads no other command, and neither the cluster, the history nor the views', async () => {
  const { sources, packages } = await loadedBy(['version']);
  assert.ok(sources.includes('plugin/commands/version.ts'));
  assert.not.ok(sources.includes('plugin/commands/idle.ts'));
  assert.equal(packages, ['clipanion', 'typanion']);
});

test('help of a command loads none of its libraries', async () => {
  const { sources, packages } = await loadedBy(['idle', '--help']);
  assert.not.ok(
    sources.some((source) => /^(ui|lib\/(kube|store|collect))\//.test(source)),
    sources.join('\n'),
  );
  for (const heavy of ['@duckdb/node-api', '@kubernetes/client-node', 'ink', 'react', 'yaml', 'undici'])
    assert.not.ok(packages.includes(heavy), heavy);
});

test('completion of a command loads no command, that of a flag its command, and neither a cluster nor a parser of YAML', async () => {
  const command = await loadedBy(['__complete', '']);
  assert.equal(command.packages, []);
  assert.not.ok(command.sources.some((source) => source.startsWith('plugin/commands/')));
  for (const words of [
    ['idle', '--'],
    ['idle', '-o', ''],
    ['idle', '-n', ''],
    ['idle', 'deployment/'],
  ]) {
    const { sources, packages } = await loadedBy(['__complete', ...words]);
    for (const heavy of ['@duckdb/node-api', '@kubernetes/client-node', 'ink', 'react', 'yaml'])
      assert.not.ok(packages.includes(heavy));
    const rooms = sources.filter((source) => /^(ui|lib\/(kube|store|collect))\//.test(source));
    assert.equal(rooms, ['lib/kube/kubeconfig-paths.ts'], words.join(' '));
  }
});

test('a plain table loads no view', async () => {
  const { sources, packages } = await loadedBy(['idle', '--demo', '--no-history']);
  assert.ok(sources.includes('lib/operations/idle.ts'));
  assert.not.ok(sources.some((source) => source.startsWith('ui/')));
  for (const heavy of ['ink', 'react', 'yaml']) assert.not.ok(packages.includes(heavy), heavy);
});

test('the page of an explanation loads its lines, and neither Ink nor React', async () => {
  const { sources, packages } = await loadedBy(['explain', 'deployment/web', '--demo', '--no-history']);
  assert.ok(sources.includes('ui/explanation-lines.ts'));
  assert.not.ok(sources.some((source) => source.endsWith('.tsx')));
  for (const heavy of ['ink', 'react', 'yaml']) assert.not.ok(packages.includes(heavy), heavy);
});

/** What a forecast needs, and nothing else. */
const FORECASTING = /^lib\/(operations\/forecast|intelligence\/(forecast|anomalies|scaling|hours))\//;

test('forecasting is loaded by forecast alone, and its help loads none of it', async () => {
  const { sources, packages } = await loadedBy(['forecast', '--demo', '--no-headers']);
  assert.ok(sources.includes('lib/intelligence/forecast/forecast.ts'));
  for (const heavy of ['ink', 'react', 'yaml']) assert.not.ok(packages.includes(heavy), heavy);
  for (const args of [
    ['forecast', '--help'],
    ['idle', '--demo'],
    ['optimize', '--demo'],
    ['explain', 'deployment/web', '-n', 'shop', '--demo'],
  ]) {
    const other = await loadedBy(args);
    assert.equal(
      other.sources.filter((source) => FORECASTING.test(source)),
      [],
      args.join(' '),
    );
    assert.not.ok(other.packages.includes('brain.js'), args.join(' '));
  }
});

test.run();
