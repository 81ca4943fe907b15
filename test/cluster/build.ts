/**
 * The programs of the test cluster, built once from Go modules into a folder outside of the work tree, whose name is a
 * hash of everything they are made of.
 */

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { takeLock } from './lock.ts';

const SOURCES = fileURLToPath(new URL('go', import.meta.url));

const KUBERNETES = 'v1.37.2';

/** What the programs say of themselves when asked for their version. */
const VERSION_FLAGS = [
  `-X k8s.io/component-base/version.gitVersion=${KUBERNETES}`,
  `-X k8s.io/component-base/version.gitMajor=${KUBERNETES.split('.')[0]?.slice(1)}`,
  `-X k8s.io/component-base/version.gitMinor=${KUBERNETES.split('.')[1]}`,
].join(' ');

interface Program {
  readonly name: string;
  readonly module: 'control-plane' | 'prometheus';
  readonly package: string;
  readonly tags?: string;
}

/** In the order that shares most: the API server compiles what the others need. */
const PROGRAMS: readonly Program[] = [
  { name: 'kube-apiserver', module: 'control-plane', package: 'k8s.io/kubernetes/cmd/kube-apiserver' },
  { name: 'kube-controller-manager', module: 'control-plane', package: 'k8s.io/kubernetes/cmd/kube-controller-manager' },
  { name: 'kube-scheduler', module: 'control-plane', package: 'k8s.io/kubernetes/cmd/kube-scheduler' },
  { name: 'kubectl', module: 'control-plane', package: 'k8s.io/kubernetes/cmd/kubectl' },
  { name: 'kwok', module: 'control-plane', package: 'sigs.k8s.io/kwok/cmd/kwok' },
  { name: 'metrics-server', module: 'control-plane', package: 'sigs.k8s.io/metrics-server/cmd/metrics-server' },
  { name: 'etcd', module: 'control-plane', package: 'go.etcd.io/etcd/server/v3' },
  {
    name: 'prometheus',
    module: 'prometheus',
    package: 'github.com/prometheus/prometheus/cmd/prometheus',
    // Service discovery of the clouds is not needed and is most of what there is to compile.
    tags: 'remove_all_sd',
  },
  { name: 'backfill', module: 'prometheus', package: './backfill' },
];

/** Folder for everything that outlives a run. */
export function cacheFolder(): string {
  const { UPID_TEST_CACHE, XDG_CACHE_HOME } = process.env;
  return UPID_TEST_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'kubectl-upid-test');
}

/** Where the programs of this version of the sources are, or will be. */
export function programsFolder(): string {
  const hash = createHash('sha256');
  for (const file of sourceFiles()) hash.update(file).update(readFileSync(join(SOURCES, file)));
  hash.update(JSON.stringify([PROGRAMS, VERSION_FLAGS, process.platform, process.arch]));
  return join(cacheFolder(), 'programs', hash.digest('hex').slice(0, 16));
}

function sourceFiles(): readonly string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' });
  return files.filter((file) => /\.go$|go\.(mod|sum)$/.test(file)).toSorted();
}

export function isBuilt(): boolean {
  return existsSync(programsFolder());
}

/** Why the programs cannot be built here; undefined when they can. */
export function buildObstacle(): string | undefined {
  const { stdout, error } = spawnSync('go', ['env', 'GOVERSION'], { encoding: 'utf8', cwd: join(SOURCES, 'prometheus') });
  if (error) return 'its programs are not built yet and Go is not installed';
  const needed = /^go (\S+)$/m.exec(readFileSync(join(SOURCES, 'prometheus/go.mod'), 'utf8'))?.[1] ?? '';
  const found = stdout.trim().replace(/^go/, '');
  return isOlder(found, needed)
    ? `its programs are not built yet and Go ${found || '(unknown)'} is older than ${needed}`
    : undefined;
}

function isOlder(version: string, needed: string): boolean {
  return version.localeCompare(needed, 'en', { numeric: true }) < 0;
}

/**
 * Builds the programs unless they are there, and returns their folder. Takes minutes on an empty Go cache. Builds at the
 * same time wait for each other; a folder that exists is whole.
 * @throws Error with the compiler's words.
 */
export async function build(say: (line: string) => void): Promise<string> {
  const folder = programsFolder();
  if (existsSync(folder)) return folder;
  mkdirSync(join(cacheFolder(), 'programs'), { recursive: true });
  const release = await takeLock(`${folder}.lock`, () => say('waiting for another build of the test cluster'));
  try {
    if (!existsSync(folder)) await buildInto(folder, say);
  } finally {
    release();
  }
  return folder;
}

async function buildInto(folder: string, say: (line: string) => void): Promise<void> {
  const unfinished = mkdtempSync(`${folder}.`);
  try {
    for (const program of PROGRAMS) {
      const started = performance.now();
      await compile(program, unfinished);
      say(`built ${program.name} in ${Math.round((performance.now() - started) / 1000)} s`);
    }
    renameSync(unfinished, folder);
  } catch (error) {
    // Somebody who took the lock of a holder that had gone, at the same moment, was faster.
    if (!existsSync(folder)) throw error;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Module proxies close a connection now and then; what has been compiled is kept by Go. */
const TRIES = 3;

async function compile(program: Program, folder: string): Promise<void> {
  const args = ['build', '-trimpath', '-mod=readonly', '-buildvcs=false'];
  if (program.tags) args.push('-tags', program.tags);
  args.push('-ldflags', `-s -w ${program.module === 'control-plane' ? VERSION_FLAGS : ''}`.trim());
  args.push('-o', join(folder, program.name), program.package);
  for (let tries = 1; ; tries++) {
    const { code, output } = await run('go', args, join(SOURCES, program.module));
    if (code === 0) return;
    if (tries === TRIES) throw new Error(`go build of ${program.name} failed:\n${output.split('\n').slice(-20).join('\n')}`);
    await sleep(1000 * tries);
  }
}

function run(
  command: string,
  args: readonly string[],
  cwd: string,
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, GOWORK: 'off', GOTOOLCHAIN: 'local' },
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, output }));
  });
}
