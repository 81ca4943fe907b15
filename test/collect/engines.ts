/** The metrics servers the tests ask: real processes on a port of their own, with a data folder that goes with them. */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { programsFolder } from '../cluster/build.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { remoteWrite, type TestSeries, untilShown, type WrittenRange } from './remote-write.ts';

export interface Engine {
  readonly name: 'Prometheus' | 'VictoriaMetrics';
  /** Undefined: not on this machine. */
  readonly program: string | undefined;
}

/** A path in the environment wins over the test cluster's own build, and that over PATH. */
export const ENGINES: readonly Engine[] = [
  { name: 'Prometheus', program: programAt('PROMETHEUS_PROGRAM', 'prometheus') },
  { name: 'VictoriaMetrics', program: programAt('VICTORIA_METRICS_PROGRAM', 'victoria-metrics') },
];

export interface RunningEngine {
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts a server and waits until it answers. `config` is Prometheus' own, which scrapes nothing unless told. */
export async function startEngine(engine: Engine, config = 'global: {scrape_interval: 1m}\n'): Promise<RunningEngine> {
  const folder = temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(engine.program ?? '', argumentsOf(engine, folder, port, config), { stdio: 'ignore' });
  await answering(`${url}${engine.name === 'Prometheus' ? '/-/ready' : '/health'}`, child);
  return { url, stop: () => ended(child) };
}

/** Starts a server that holds these series, and shows them. */
export async function startFilled(engine: Engine, series: readonly TestSeries[], range: WrittenRange): Promise<RunningEngine> {
  const running = await startEngine(engine);
  try {
    await remoteWrite(running.url, series, range);
    await untilShown(running.url, range.toMs);
    return running;
  } catch (error) {
    await running.stop();
    throw error;
  }
}

function argumentsOf(engine: Engine, folder: string, port: number, text: string): readonly string[] {
  if (engine.name === 'VictoriaMetrics') {
    return [`-storageDataPath=${folder}`, `-httpListenAddr=127.0.0.1:${port}`, '-retentionPeriod=2', '-search.latencyOffset=0s'];
  }
  const config = join(folder, 'prometheus.yml');
  writeFileSync(config, text);
  return [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--web.enable-remote-write-receiver',
  ];
}

async function answering(url: string, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const ready = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (ready) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`the server at ${url} does not come up (exit code ${child.exitCode})`);
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve();
    child.on('exit', () => resolve());
    child.kill('SIGKILL');
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === 'object' && address ? address.port : 0;
}

function programAt(variable: string, name: string): string | undefined {
  const given = process.env[variable];
  const folders = [programsFolder(), ...(process.env.PATH ?? '').split(delimiter)];
  const paths = given ? [given] : folders.map((folder) => join(folder, name));
  return paths.find((path) => existsSync(path));
}
