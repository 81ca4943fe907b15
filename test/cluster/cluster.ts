/**
 * A real control plane of one's own: etcd, API server, controller-manager, scheduler, KWOK in place of the kubelets, and on
 * request metrics-server, Prometheus and VictoriaMetrics, in namespaces that end with whoever started them.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { ClusterDescription } from '../../lib/kube/simulated/description.ts';
import { Api } from './api.ts';
import { clusterAvailable } from './available.ts';
import { build } from './build.ts';
import { makeCertificates } from './certificates.ts';
import { controlSupervisor, type FromSupervisor, type ToSupervisor } from './control.ts';
import { type FilledCluster, type FillOptions, fill, filledWith } from './fill/fill.ts';
import { type HistoryServer, historyPort, installHistoryServers, publishHistory, startHistoryServer } from './history/servers.ts';
import { PART_USERS, writeKubeconfig } from './kubeconfigs.ts';
import { installMetricsServer } from './metrics-server.ts';
import { childOf, entering, isolation, processesIn, processNamespace } from './namespaces.ts';
import { API_PORT, ETCD_PORT } from './network.ts';
import type { PartName } from './parts.ts';

const SUPERVISOR = fileURLToPath(new URL('supervisor.ts', import.meta.url));

/** The file in a run's folder by which others find the cluster. */
const CONNECTION_FILE = 'cluster.json';

const READY_MILLISECONDS = 60_000;

/** What every cluster has. */
const CONTROL_PLANE = ['etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kwok'] as const;

export interface StartOptions {
  /** Default: true. */
  readonly metricsServer?: boolean;
  /** Servers that hold the history; Prometheus when absent. All run and hold the same; the first is the one found through the cluster. */
  readonly history?: readonly HistoryServer[];
  /** Folder of the run, which must not exist; a temporary one when absent. */
  readonly folder?: string;
  /** Goes on when this process is gone, until somebody stops it. */
  readonly detached?: boolean;
  /** Told what takes long. Standard error when absent. */
  readonly say?: (line: string) => void;
}

/** What stands in the connection file. Addresses are as seen from outside of the namespaces. */
interface Connection {
  readonly folder: string;
  readonly programs: string;
  /** Of process 1 of the run, as seen from here, with the kernel's name of its namespace. */
  readonly initPid: number;
  readonly processNamespace: string;
  readonly apiUrl: string;
  readonly etcdUrl: string;
  readonly metricsServer: boolean;
  readonly history: readonly HistoryServer[];
  readonly historyUrls: Readonly<Partial<Record<HistoryServer, string>>>;
}

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  readonly input?: string;
}

/** A cluster that runs. Starts, fills and stops nothing by itself. */
export class TestCluster {
  readonly #connection: Connection;
  readonly api: Api;

  constructor(connection: Connection) {
    this.#connection = connection;
    this.api = new Api(connection.apiUrl, join(connection.folder, 'certificates'));
  }

  get folder(): string {
    return this.#connection.folder;
  }

  /** Administrator's, with client certificate, for use from outside. */
  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig');
  }

  /** The same for commands that run inside. */
  get innerKubeconfig(): string {
    return join(this.folder, 'kubeconfigs', 'admin');
  }

  /** Of this cluster's version. */
  get kubectl(): string {
    return join(this.#connection.programs, 'kubectl');
  }

  get programs(): string {
    return this.#connection.programs;
  }

  get apiUrl(): string {
    return this.#connection.apiUrl;
  }

  get etcdUrl(): string {
    return this.#connection.etcdUrl;
  }

  /** One JSON event a line: who asked for what, as whom. Requests of the cluster's own parts are left out. */
  get auditLog(): string {
    return join(this.folder, 'audit.log');
  }

  get hasMetricsServer(): boolean {
    return this.#connection.metricsServer;
  }

  get history(): readonly HistoryServer[] {
    return this.#connection.history;
  }

  get prometheusUrl(): string | undefined {
    return this.#connection.historyUrls.prometheus;
  }

  get victoriaMetricsUrl(): string | undefined {
    return this.#connection.historyUrls['victoria-metrics'];
  }

  get initPid(): number {
    return this.#connection.initPid;
  }

  /** Stands before a command that is to run inside, where the API server is reached without a forwarder. Set KUBECONFIG to `innerKubeconfig`. */
  get inside(): readonly string[] {
    return entering(this.initPid);
  }

  /** Runs a command inside, with KUBECONFIG set and the cluster's kubectl first on PATH. */
  exec(command: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return run([...this.inside, ...command], this.#environment(this.innerKubeconfig, options));
  }

  /** Runs the cluster's kubectl from outside. */
  runKubectl(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return run([this.kubectl, ...args], this.#environment(this.kubeconfig, options));
  }

  #environment(kubeconfig: string, options: RunOptions): RunOptions {
    const path = `${this.programs}${delimiter}${process.env.PATH ?? ''}`;
    return { ...options, env: { ...process.env, KUBECONFIG: kubeconfig, PATH: path, ...options.env } };
  }

  /** Pids, as seen from here, of the parts that run: to measure them, or to stop one with a signal. */
  async pids(): Promise<ReadonlyMap<PartName, number>> {
    const { parts } = await controlSupervisor(this.folder, '/status');
    const outside = processesIn(this.#connection.processNamespace);
    return new Map(
      (Object.entries(parts) as [PartName, number][]).flatMap(([name, pid]) => {
        const seen = outside.get(pid);
        return seen === undefined ? [] : [[name, seen] as const];
      }),
    );
  }

  /** Sends a signal to a part; SIGSTOP makes a server half-dead. @throws Error when it does not run. */
  async signal(part: PartName, signal: NodeJS.Signals): Promise<void> {
    const pid = (await this.pids()).get(part);
    if (pid === undefined) throw new Error(`${part} does not run`);
    process.kill(pid, signal);
  }

  /** Starts a part that does not run and waits until it answers. */
  async start(part: PartName): Promise<void> {
    await controlSupervisor(this.folder, `/start/${part}`);
    if (part === 'kube-apiserver') await apiAnswers(this.api);
  }

  /** Ends a part at once, as a crash would. */
  async kill(part: PartName): Promise<void> {
    await controlSupervisor(this.folder, `/stop/${part}`);
  }

  /** Which of the history servers can be found through the cluster's Services; undefined: none. */
  publishHistory(server: HistoryServer | undefined): Promise<void> {
    return publishHistory(this, server);
  }

  /** Makes the described objects and their past, and goes on with it. Once per cluster. */
  fill(description: ClusterDescription, options: FillOptions = {}): Promise<FilledCluster> {
    return fill(this, description, options);
  }

  /** What it has been filled with, by this process or another. */
  get filled(): FilledCluster | undefined {
    return filledWith(this.folder);
  }

  /** Ends all processes and takes the folder away. */
  async stop(): Promise<void> {
    this.api.close();
    await controlSupervisor(this.folder, '/end').catch(() => this.#end());
    while (processNamespace(this.initPid) === this.#connection.processNamespace) await sleep(10);
    rmSync(this.folder, { recursive: true, force: true });
  }

  #end(): void {
    if (processNamespace(this.initPid) === this.#connection.processNamespace) process.kill(this.initPid, 'SIGKILL');
  }
}

/** The cluster whose run has this folder; undefined when none runs there. */
export function attachCluster(folder: string): TestCluster | undefined {
  const file = join(folder, CONNECTION_FILE);
  if (!existsSync(file)) return undefined;
  const connection = JSON.parse(readFileSync(file, 'utf8')) as Connection;
  return processNamespace(connection.initPid) === connection.processNamespace ? new TestCluster(connection) : undefined;
}

/**
 * Builds what is not built yet, starts a cluster and waits until it answers. It ends with this process, however that ends,
 * unless detached.
 * @throws Error with the reason of `clusterAvailable`, or the last words of a part that did not come up.
 */
export async function startCluster(options: StartOptions = {}): Promise<TestCluster> {
  const say = options.say ?? ((line: string) => process.stderr.write(`${line}\n`));
  const availability = clusterAvailable();
  if (!availability.available) throw new Error(availability.reason);
  const programs = await build(say);
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'upid-cluster-'));
  mkdirSync(join(folder, 'certificates'), { recursive: true });
  let supervisor: ChildProcess | undefined;
  try {
    supervisor = await startSupervisor(folder, programs);
    const cluster = await startParts(supervisor, folder, programs, options);
    if (options.detached) await release(supervisor);
    letGo(supervisor);
    return cluster;
  } catch (error) {
    // With it ends process 1 of the namespaces, and with that everything in them.
    supervisor?.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

async function startSupervisor(folder: string, programs: string): Promise<ChildProcess> {
  const log = openSync(join(folder, 'supervisor.log'), 'a');
  const [command = '', ...args] = [...isolation(), process.execPath, SUPERVISOR, folder, programs];
  // A session of its own: an interrupt from the keyboard is for the starter, with which it ends anyway.
  const child = spawn(command, args, { stdio: ['ignore', log, log, 'ipc'], detached: true });
  await new Promise<void>((resolve, reject) => {
    const ended = (): void =>
      reject(new Error(`the run does not start:\n${readFileSync(join(folder, 'supervisor.log'), 'utf8')}`));
    child.once('message', (message: FromSupervisor) => {
      child.off('exit', ended);
      if (message.kind === 'ready') resolve();
    });
    child.once('error', reject);
    child.once('exit', ended);
  });
  return child;
}

function release(supervisor: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    supervisor.send({ kind: 'release' } satisfies ToSupervisor, (error) => {
      if (error) return reject(error);
      supervisor.disconnect();
      resolve();
    });
  });
}

/** A run does not keep its starter from ending. */
function letGo(supervisor: ChildProcess): void {
  supervisor.unref();
  supervisor.channel?.unref();
}

async function startParts(
  supervisor: ChildProcess,
  folder: string,
  programs: string,
  { metricsServer = true, history = ['prometheus'] }: StartOptions,
): Promise<TestCluster> {
  const initPid = childOf(supervisor.pid ?? 0) ?? 0;
  const historyUrls: Partial<Record<HistoryServer, string>> = {};
  for (const server of history) historyUrls[server] = `http://127.0.0.1:${await forwarded(supervisor, historyPort(server))}`;
  const connection: Connection = {
    folder,
    programs,
    initPid,
    processNamespace: processNamespace(initPid) ?? '',
    apiUrl: `https://127.0.0.1:${await forwarded(supervisor, API_PORT)}`,
    etcdUrl: `http://127.0.0.1:${await forwarded(supervisor, ETCD_PORT)}`,
    metricsServer,
    history,
    historyUrls,
  };
  const certificates = join(folder, 'certificates');
  makeCertificates(certificates);
  mkdirSync(join(folder, 'kubeconfigs'));
  for (const user of PART_USERS) {
    writeKubeconfig(join(folder, 'kubeconfigs', user), certificates, user, `https://127.0.0.1:${API_PORT}`);
  }
  writeKubeconfig(join(folder, 'kubeconfig'), certificates, 'admin', connection.apiUrl);

  const cluster = new TestCluster(connection);
  const started = history.map((server) => startHistoryServer(cluster, server));
  await cluster.start('etcd');
  await cluster.start('kube-apiserver');
  await Promise.all(CONTROL_PLANE.map((part) => cluster.start(part)));
  await Promise.all(started);
  if (metricsServer) await installMetricsServer(cluster);
  await installHistoryServers(cluster);
  await stillRunning(cluster, [...CONTROL_PLANE, ...history, ...(metricsServer ? (['metrics-server'] as const) : [])]);
  writeConnection(connection);
  return cluster;
}

/** @throws Error with the last words of one that has ended. */
async function stillRunning(cluster: TestCluster, parts: readonly PartName[]): Promise<void> {
  const pids = await cluster.pids();
  const ended = parts.find((part) => !pids.has(part));
  if (ended === undefined) return;
  const log = readFileSync(join(cluster.folder, 'logs', `${ended}.log`), 'utf8');
  throw new Error(`${ended} has ended:\n${log.trimEnd().split('\n').slice(-10).join('\n')}`);
}

/** Whole or not at all, so that nobody finds a cluster that is still starting. */
function writeConnection(connection: Connection): void {
  const file = join(connection.folder, CONNECTION_FILE);
  writeFileSync(`${file}.unfinished`, JSON.stringify(connection, undefined, 2));
  renameSync(`${file}.unfinished`, file);
}

/** Listens out here on a port of its own and hands the listener to the supervisor. Returns the port. */
async function forwarded(supervisor: ChildProcess, port: number): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: outer } = server.address() as AddressInfo;
  await new Promise<void>((resolve, reject) => {
    supervisor.send({ kind: 'forward', port } satisfies ToSupervisor, server, (error) => (error ? reject(error) : resolve()));
  });
  server.close();
  return outer;
}

async function apiAnswers(api: Api): Promise<void> {
  const end = performance.now() + READY_MILLISECONDS;
  while (!(await api.isReady())) {
    if (performance.now() > end) throw new Error('kube-apiserver does not come up');
    await sleep(50);
  }
}

/** Runs a command to its end. @throws Error when it cannot be started. */
function run([command = '', ...args]: readonly string[], { env, cwd, input = '' }: RunOptions): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env, cwd, stdio: 'pipe' });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    // A command that does not read its input may be gone before it is written.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}
