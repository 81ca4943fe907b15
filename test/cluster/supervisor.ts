/**
 * Process 1 of a run's namespaces: sets up the network, starts and ends the parts, takes connections from outside, and
 * answers on the control socket. Whatever happens to it, the kernel ends all that is in the namespace with it. It ends
 * with the process that started it, unless that process let it go.
 *
 * Usage, from `cluster.ts` only: supervisor.ts STATE PROGRAMS
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CONTROL_SOCKET, type ControlAnswer, type FromSupervisor, type ToSupervisor } from './control.ts';
import { NETWORK_SETUP } from './network.ts';
import { type PartName, partOf } from './parts.ts';

const [state = '', programs = ''] = process.argv.slice(2);
const LOGS = join(state, 'logs');

/** Unless a part says otherwise. */
const READY_SECONDS = 60;

const running = new Map<PartName, ChildProcess>();
let heldByStarter = true;

async function start(name: PartName): Promise<void> {
  if (running.has(name)) return;
  const { command, ready, readySeconds = READY_SECONDS } = partOf(name, { state, programs });
  const log = openSync(join(LOGS, `${name}.log`), 'a');
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: ['ignore', log, log], cwd: state });
  running.set(name, child);
  const forget = (): void => {
    if (running.get(name) === child) running.delete(name);
  };
  child.on('exit', forget);
  child.on('error', forget);
  if (ready) await answering(name, ready, child, readySeconds);
}

async function answering(name: PartName, url: string, child: ChildProcess, seconds: number): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (performance.now() < end && running.get(name) === child) {
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await sleep(50);
  }
  throw new Error(`${name} does not come up:\n${tailOfLog(name)}`);
}

function tailOfLog(name: PartName): string {
  return readFileSync(join(LOGS, `${name}.log`), 'utf8')
    .trimEnd()
    .split('\n')
    .slice(-10)
    .join('\n');
}

async function stop(name: PartName): Promise<void> {
  const child = running.get(name);
  if (!child) return;
  const gone = new Promise((resolve) => child.on('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

/** Ends everything in the namespace and takes the run's folder away. */
function end(): never {
  try {
    // To all processes in the namespace but this one.
    process.kill(-1, 'SIGKILL');
  } catch {
    // There are none.
  }
  rmSync(state, { recursive: true, force: true, maxRetries: 5 });
  process.exit(0);
}

/** Connections that were made outside go to a port in here. */
function forward(server: Server, port: number): void {
  server.on('connection', (outer: Socket) => {
    const inner = connect({ host: '127.0.0.1', port, noDelay: true });
    outer.setNoDelay(true);
    outer.on('error', () => inner.destroy());
    inner.on('error', () => outer.destroy());
    outer.on('close', () => inner.destroy());
    inner.on('close', () => outer.destroy());
    outer.pipe(inner);
    inner.pipe(outer);
  });
}

function control(): void {
  const server = createServer((request, response) => {
    handle(request).then(
      (answer) => reply(response, 200, answer),
      (error: unknown) => reply(response, 500, { error: error instanceof Error ? error.message : String(error) }),
    );
  });
  server.listen(join(state, CONTROL_SOCKET));
}

async function handle(request: IncomingMessage): Promise<ControlAnswer> {
  const [, verb, part] = (request.url ?? '').split('/');
  if (verb === 'start') await start(part as PartName);
  if (verb === 'stop') await stop(part as PartName);
  if (verb === 'end') setTimeout(end, 20);
  return { parts: Object.fromEntries([...running].map(([name, child]) => [name, child.pid ?? 0])) };
}

function reply(response: ServerResponse, status: number, answer: ControlAnswer | { readonly error: string }): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
}

function tell(message: FromSupervisor): void {
  process.send?.(message);
}

process.on('message', (message: ToSupervisor, server?: Server) => {
  if (message.kind === 'forward' && server) forward(server, message.port);
  if (message.kind === 'release') heldByStarter = false;
});
process.on('disconnect', () => {
  if (heldByStarter) end();
});

// `end` sends a signal to all processes that it sees.
if (process.pid !== 1) throw new Error('the supervisor has to be process 1 of a namespace of its own');
mkdirSync(LOGS, { recursive: true });
for (const args of NETWORK_SETUP) execFileSync('ip', args);
control();
tell({ kind: 'ready' });
