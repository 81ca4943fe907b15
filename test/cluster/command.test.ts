/** `npm run cluster`: a cluster that outlives the command, and plain words for what cannot be. */

import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert } from '../harness.ts';
import { build, cacheFolder } from './build.ts';
import { attachCluster } from './cluster.ts';
import { historyServers } from './history/servers.ts';
import { SMALL_CLUSTER } from './small-cluster.ts';
import { clusterSuite } from './suite.ts';

const COMMAND = fileURLToPath(new URL('command.ts', import.meta.url));

/** One workload: what is tested is the command. */
const DESCRIPTION = { ...SMALL_CLUSTER, workloads: SMALL_CLUSTER.workloads.slice(0, 1) };

const test = clusterSuite('npm run cluster');

let cache: string;

function command(...args: readonly string[]): { readonly code: number | null; readonly stdout: string; readonly stderr: string } {
  const env = { ...process.env, UPID_TEST_CACHE: cache };
  const { status, stdout, stderr } = spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', env });
  return { code: status, stdout, stderr };
}

test.before(async () => {
  await build((line) => process.stderr.write(`${line}\n`));
  cache = mkdtempSync(join(tmpdir(), 'upid-command-'));
  symlinkSync(join(cacheFolder(), 'programs'), join(cache, 'programs'));
});

test.after(async () => {
  await attachCluster(join(cache, 'up'))?.stop();
  rmSync(cache, { recursive: true, force: true });
});

test('what cannot be understood gets one sentence and exit code 2', () => {
  const text = join(cache, 'text');
  writeFileSync(text, '{"nodes": []}');
  for (const args of [
    [],
    ['fly'],
    ['up', '--fast'],
    ['status', '--big'],
    ['up', '--description', '/nowhere'],
    ['up', '--description', text],
  ]) {
    const { code, stdout, stderr } = command(...args);
    assert.is(code, 2, args.join(' '));
    assert.is(stdout, '');
    assert.match(stderr, /^error: .+\n$/);
  }
});

test('without a cluster, env and status say how to get one, and down has nothing to do', () => {
  for (const name of ['env', 'status']) {
    const { code, stderr } = command(name);
    assert.is(code, 1);
    assert.match(stderr, /npm run cluster -- up/);
  }
  assert.is(command('down').code, 0);
});

test('up leaves a cluster running that env leads kubectl to, until down', () => {
  const description = join(cache, 'description.json');
  writeFileSync(description, JSON.stringify(DESCRIPTION));
  const up = command('up', '--description', description);
  assert.is(up.code, 0, up.stderr);
  assert.match(up.stderr, /up, with 2 pods/);

  const shell = `${command('env').stdout}\nkubectl get pods -n shop -o name && kubectl top pods -n shop --no-headers`;
  const seen = spawnSync('sh', ['-c', shell], { encoding: 'utf8' });
  assert.is(seen.status, 0, seen.stderr);
  assert.is(seen.stdout.match(/^pod\/web-/gm)?.length, 2);
  assert.is(seen.stdout.match(/^web-/gm)?.length, 2);

  const status = command('status').stdout;
  for (const part of ['api server', ...historyServers(), 'kubeconfig']) assert.match(status, new RegExp(`^${part} `, 'm'));
  assert.match(status, /^kube-apiserver +pid \d+ +\d+ MiB$/m);

  assert.match(command('up').stderr, /up already/);
  assert.is(command('down').code, 0);
  assert.not.ok(existsSync(join(cache, 'up')));
  assert.is(command('status').code, 1);
});

test.run();
