/** `npm run cluster -- up|down|env|status`: a real control plane to play with, which goes on running until `down`. */

import { readFileSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ClusterDescription } from '../../lib/kube/simulated/description.ts';
import { labelledCluster } from '../../lib/kube/simulated/scenarios/labelled-cluster.ts';
import { bigCluster } from './big-cluster.ts';
import { build, cacheFolder } from './build.ts';
import { attachCluster, startCluster, type TestCluster } from './cluster.ts';
import { historyServers } from './history/servers.ts';
import { takeLock } from './lock.ts';
import { residentBytes } from './namespaces.ts';

const USAGE = `usage: npm run cluster -- up [--description FILE | --big] | down | env | status | build`;

/** Of the one cluster that is left running. */
const FOLDER = join(cacheFolder(), 'up');

const DIST = fileURLToPath(new URL('../../dist', import.meta.url));

/** What the user can mend. */
class UsageError extends Error {}

async function main(args: readonly string[]): Promise<void> {
  const { command, description, big } = parsed(args);
  if (command === 'up') return up(big ? bigCluster() : description === undefined ? labelledCluster(1) : read(description));
  if (command === 'down') return down();
  if (command === 'env') return env(running());
  if (command === 'status') return status(running());
  await build(say);
}

const COMMANDS = ['up', 'down', 'env', 'status', 'build'] as const;

interface Parsed {
  readonly command: (typeof COMMANDS)[number];
  readonly description: string | undefined;
  readonly big: boolean;
}

/** @throws UsageError */
function parsed(args: readonly string[]): Parsed {
  const options = { description: { type: 'string' }, big: { type: 'boolean' } } as const;
  let result: ReturnType<typeof parseArgs<{ options: typeof options; allowPositionals: true }>>;
  try {
    result = parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    const [sentence = ''] = String(error instanceof Error ? error.message : error).split('. ');
    throw new UsageError(`${sentence}; ${USAGE}`);
  }
  const [name, ...more] = result.positionals;
  const command = COMMANDS.find((each) => each === name);
  const { description, big = false } = result.values;
  if (!command || more.length > 0) throw new UsageError(`say what to do; ${USAGE}`);
  if (command !== 'up' && (description !== undefined || big)) throw new UsageError(`only up takes a description; ${USAGE}`);
  if (description !== undefined && big) throw new UsageError(`--description and --big exclude each other; ${USAGE}`);
  return { command, description, big };
}

/** @throws UsageError where the file is none, or holds no description. */
function read(file: string): ClusterDescription {
  let value: Partial<ClusterDescription>;
  try {
    // npm runs scripts in the package's folder, wherever it was called.
    value = JSON.parse(readFileSync(resolve(process.env.INIT_CWD ?? '', file), 'utf8')) as Partial<ClusterDescription>;
  } catch (error) {
    throw new UsageError(`${file} cannot be read as a description: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!Array.isArray(value.nodes) || !Array.isArray(value.workloads) || typeof value.seed !== 'number') {
    throw new UsageError(`${file} is no description: it needs nodes, workloads and a seed (lib/kube/simulated/description.ts)`);
  }
  return value as ClusterDescription;
}

async function up(description: ClusterDescription): Promise<void> {
  const release = await takeLock(`${FOLDER}.lock`, () => say('waiting for another `up`'));
  try {
    if (attachCluster(FOLDER)) return say('the cluster is up already; see `npm run cluster -- status`');
    rmSync(FOLDER, { recursive: true, force: true });
    const cluster = await startCluster({
      folder: FOLDER,
      detached: true,
      history: historyServers(),
      say,
    });
    say(`started, filling it with ${description.workloads.length} workloads`);
    const { pods } = await cluster.fill(description, { awaitMetrics: true }).catch(async (error: unknown) => {
      await cluster.stop();
      throw error;
    });
    say(`up, with ${pods.length} pods; eval "$(npm run --silent cluster -- env)" lets kubectl find it`);
  } finally {
    release();
  }
}

async function down(): Promise<void> {
  const cluster = attachCluster(FOLDER);
  await cluster?.stop();
  rmSync(FOLDER, { recursive: true, force: true });
  say(cluster ? 'ended' : 'there was no cluster up');
}

/** @throws Error */
function running(): TestCluster {
  const cluster = attachCluster(FOLDER);
  if (!cluster) throw new Error('no cluster is up; start one with `npm run cluster -- up`');
  return cluster;
}

function env(cluster: TestCluster): void {
  // With the built program on PATH, `kubectl upid` works as well.
  const path = JSON.stringify(`${cluster.programs}${delimiter}${DIST}${delimiter}`);
  process.stdout.write(`export KUBECONFIG=${JSON.stringify(cluster.kubeconfig)}\nexport PATH=${path}"$PATH"\n`);
}

async function status(cluster: TestCluster): Promise<void> {
  const lines = [
    ['api server', cluster.apiUrl],
    ...(cluster.prometheusUrl === undefined ? [] : [['prometheus', cluster.prometheusUrl]]),
    ...(cluster.victoriaMetricsUrl === undefined ? [] : [['victoria-metrics', cluster.victoriaMetricsUrl]]),
    ['kubeconfig', cluster.kubeconfig],
    ['logs', join(cluster.folder, 'logs')],
    ['pods', String(cluster.filled?.pods.length ?? 0)],
  ];
  for (const [name = '', value = ''] of lines) process.stdout.write(`${name.padEnd(24)}${value}\n`);
  process.stdout.write('\n');
  for (const [part, pid] of await cluster.pids()) {
    process.stdout.write(`${part.padEnd(24)}pid ${String(pid).padEnd(8)}${Math.round(residentBytes(pid) / 2 ** 20)} MiB\n`);
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
