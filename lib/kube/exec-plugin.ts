/**
 * Runs a credential plugin once, as client-go does: KUBERNETES_EXEC_INFO in, ExecCredential out, standard error (and, when
 * interactive, standard input) shared with the person at the terminal. Remembers nothing (`exec-credential.ts` does).
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { messageOf, UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import { type PluginCredential, pluginFailure, readCredential } from './exec-answer.ts';
import type { ExecEntry } from './kubeconfig-file.ts';
import { pathsOf } from './kubeconfig-paths.ts';
import { printable, printableLine } from './printable.ts';
import type { Target } from './target.ts';

const GROUP = 'client.authentication.k8s.io';
const VERSIONS: readonly string[] = [`${GROUP}/v1`, `${GROUP}/v1beta1`];

/** A plugin that takes longer is named, so that nobody takes a waiting login for a hang; then again each half minute. */
const FIRST_HINT_MILLISECONDS = 5_000;
const NEXT_HINT_MILLISECONDS = 30_000;

/**
 * Runs the plugin and reads its credential.
 * @param signal kills it.
 * @throws UpidError credential-plugin; cancelled.
 */
export async function runPlugin(
  exec: ExecEntry,
  target: Target,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<PluginCredential> {
  if (!VERSIONS.includes(exec.apiVersion)) {
    throw pluginFailure(exec, `has an invalid apiVersion in the kubeconfig: ${JSON.stringify(exec.apiVersion)}`, {
      remedy: `update the plugin, and set apiVersion ${VERSIONS[0]} in its exec entry`,
    });
  }
  const interactive = isInteractive(exec, runtime);
  const program = await findProgram(exec, runtime);
  const output = await outputOf(program, exec, { interactive, info: execInfo(exec, target, interactive), runtime, signal });
  return readCredential(output, exec);
}

function isInteractive(exec: ExecEntry, runtime: Runtime): boolean {
  if (exec.interactiveMode === 'Never') return false;
  if (exec.interactiveMode === 'Always' && !runtime.stdinIsTerminal) {
    throw pluginFailure(exec, 'needs a terminal: standard input is not a terminal', {
      remedy: 'run this in a terminal, or log in there first',
    });
  }
  return runtime.stdinIsTerminal;
}

/** The ExecCredential handed to the plugin. */
function execInfo(exec: ExecEntry, target: Target, interactive: boolean): string {
  const cluster = {
    server: target.serverText,
    ...(target.tlsServerName === undefined ? {} : { 'tls-server-name': target.tlsServerName }),
    ...(target.insecureSkipTlsVerify ? { 'insecure-skip-tls-verify': true } : {}),
    ...(target.certificateAuthority === undefined
      ? {}
      : { 'certificate-authority-data': Buffer.from(target.certificateAuthority).toString('base64') }),
    ...(target.proxyUrl === undefined ? {} : { 'proxy-url': target.proxyUrl }),
    ...(target.disableCompression ? { 'disable-compression': true } : {}),
    config: target.execConfig ?? null,
  };
  const spec = { ...(exec.provideClusterInfo ? { cluster } : {}), interactive };
  return JSON.stringify({ kind: 'ExecCredential', apiVersion: exec.apiVersion, spec });
}

/** Full path of the command: client-go looks it up in our PATH, not in the one the entry's `env` may set for the plugin. */
async function findProgram(exec: ExecEntry, runtime: Runtime): Promise<string> {
  const paths = pathsOf(runtime);
  const isPath = /[\\/]/.test(exec.command);
  const folders = isPath ? [''] : (runtime.env.PATH ?? runtime.env.Path ?? '').split(paths.delimiter).filter(Boolean);
  const endings = runtime.platform === 'win32' ? ['', ...(runtime.env.PATHEXT ?? '.COM;.EXE;.BAT;.CMD').split(';')] : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      const candidate = isPath ? exec.command + ending : paths.join(folder, exec.command + ending);
      if (await isExecutable(candidate)) return candidate;
    }
  }
  throw pluginFailure(exec, isPath ? 'is not there, or not executable' : 'was not found in PATH', {
    remedy: printable(exec.installHint ?? '').trim() || 'install it: the kubeconfig asks to run it for a credential',
  });
}

async function isExecutable(file: string): Promise<boolean> {
  try {
    await access(file, constants.X_OK);
    return (await stat(file)).isFile();
  } catch {
    return false;
  }
}

interface PluginRun {
  readonly interactive: boolean;
  readonly info: string;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
}

async function outputOf(program: string, exec: ExecEntry, run: PluginRun): Promise<string> {
  const { runtime, signal } = run;
  const own = Object.fromEntries(exec.env.map(({ name, value }) => [name, value]));
  const child = spawn(program, exec.args, {
    cwd: runtime.workingDirectory,
    env: { ...runtime.env, ...own, KUBERNETES_EXEC_INFO: run.info },
    stdio: [run.interactive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    windowsHide: true,
  });
  const stopHints = hintWhileSlow(exec, runtime);
  try {
    return await finished(child, exec, signal);
  } finally {
    stopHints();
  }
}

function hintWhileSlow(exec: ExecEntry, runtime: Runtime): () => void {
  const started = runtime.elapsed();
  const hint = (): void => {
    const seconds = Math.round((runtime.elapsed() - started) / 1000);
    runtime.warn(`waiting for credential plugin ${printableLine(exec.command)} (${seconds} s)`);
    timer = setTimeout(hint, NEXT_HINT_MILLISECONDS);
  };
  let timer = setTimeout(hint, FIRST_HINT_MILLISECONDS);
  return () => clearTimeout(timer);
}

const CHECK_COMMAND = 'check command, args and env of the exec entry of the kubeconfig';

function finished(child: ChildProcess, exec: ExecEntry, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const cancelled = (): void =>
      reject(new UpidError('cancelled', `cancelled while credential plugin ${printableLine(exec.command)} ran`));
    const cancel = (): void => {
      child.kill();
      // A grandchild may keep the pipe open; nobody waits for it.
      child.stdout?.destroy();
      child.unref();
      cancelled();
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      signal.removeEventListener('abort', cancel);
      reject(pluginFailure(exec, `could not be run: ${messageOf(error)}`, { remedy: CHECK_COMMAND, cause: error }));
    });
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', cancel);
      if (code === 0) return resolve(Buffer.concat(chunks).toString('utf8'));
      // Ctrl-C in a terminal reaches the plugin as it reaches us, and may be heard from it first.
      if (killedBy === 'SIGINT') return cancelled();
      const how = code === null ? `was ended by ${killedBy}` : `failed with exit code ${code}`;
      reject(pluginFailure(exec, how, { remedy: 'what it printed above says why; logging in again often helps' }));
    });
  });
}
