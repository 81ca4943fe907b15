/**
 * Runs a credential plugin once, as client-go does: KUBERNETES_EXEC_INFO in, ExecCredential out, standard error (and, when
 * interactive, standard input) shared with the person at the terminal. Remembers nothing (`exec-credential.ts` does).
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { UpidError } from '../types/errors.ts';
import type { Runtime } from '../types/runtime.ts';
import { pathsOf } from './kubeconfig.ts';
import type { ExecEntry } from './kubeconfig-file.ts';
import type { Target } from './target.ts';

/** What a plugin answered. */
export interface PluginCredential {
  readonly token?: string;
  readonly certificate?: { readonly cert: string; readonly key: string };
  /** Unix epoch milliseconds; undefined: does not expire. */
  readonly expires?: number;
}

const GROUP = 'client.authentication.k8s.io';
const VERSIONS: readonly string[] = [`${GROUP}/v1`, `${GROUP}/v1beta1`];

/** A plugin that takes longer is named, so that nobody takes a waiting login for a hang; then again each half minute. */
const FIRST_HINT_MILLISECONDS = 5_000;
const NEXT_HINT_MILLISECONDS = 30_000;

/**
 * Runs the plugin and reads its credential.
 * @throws UpidError credential-plugin; cancelled.
 */
export async function runPlugin(
  exec: ExecEntry,
  target: Target,
  runtime: Runtime,
  signal: AbortSignal,
): Promise<PluginCredential> {
  if (!VERSIONS.includes(exec.apiVersion)) {
    throw failure(`exec plugin: invalid apiVersion ${JSON.stringify(exec.apiVersion)}`, {
      remedy: `update ${exec.command} and set apiVersion ${VERSIONS[0]} in the kubeconfig`,
    });
  }
  const interactive = isInteractive(exec, runtime);
  const program = await findProgram(exec, runtime);
  const output = await outputOf(program, exec, { interactive, info: execInfo(exec, target, interactive), runtime, signal });
  return readCredential(output, exec);
}

function failure(message: string, options: { remedy?: string; cause?: unknown } = {}): UpidError {
  return new UpidError('credential-plugin', message, options);
}

function isInteractive(exec: ExecEntry, runtime: Runtime): boolean {
  if (exec.interactiveMode === 'Never') return false;
  if (exec.interactiveMode === 'Always' && !runtime.stdinIsTerminal) {
    throw failure(`credential plugin ${exec.command} needs a terminal: standard input is not a terminal`, {
      remedy: 'run this in a terminal, or log in there first',
    });
  }
  return runtime.stdinIsTerminal;
}

/** The ExecCredential handed to the plugin. */
function execInfo(exec: ExecEntry, target: Target, interactive: boolean): string {
  const cluster = {
    server: target.server.href.replace(/\/$/, ''),
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
  throw failure(`credential plugin ${exec.command} not found${isPath ? '' : ' in PATH'}`, {
    remedy: printable(exec.installHint) ?? `install ${exec.command}, which the kubeconfig asks to run for a credential`,
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

/** An install hint comes from a file that may have been sent by somebody: no escape sequence of it reaches the terminal. */
function printable(hint: string | undefined): string | undefined {
  const text = hint?.replaceAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S}\p{Z}\t\n\r]/gu, (character) => {
    return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  });
  return text?.trim() || undefined;
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
    runtime.warn(`waiting for credential plugin ${exec.command} (${seconds} s)`);
    timer = setTimeout(hint, NEXT_HINT_MILLISECONDS);
  };
  let timer = setTimeout(hint, FIRST_HINT_MILLISECONDS);
  return () => clearTimeout(timer);
}

function finished(child: ChildProcess, exec: ExecEntry, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const cancel = (): void => {
      child.kill();
      // A grandchild may keep the pipe open; nobody waits for it.
      child.stdout?.destroy();
      child.unref();
      reject(new UpidError('cancelled', `cancelled while credential plugin ${exec.command} ran`));
    };
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.on('error', (error) => {
      signal.removeEventListener('abort', cancel);
      reject(failure(`credential plugin ${exec.command} could not be run: ${error.message}`, { cause: error }));
    });
    child.on('close', (code, killedBy) => {
      signal.removeEventListener('abort', cancel);
      if (code === 0) resolve(Buffer.concat(chunks).toString('utf8'));
      else
        reject(
          failure(
            `credential plugin ${exec.command} failed with ${code === null ? `signal ${killedBy}` : `exit code ${code}`}`,
            LOG_IN,
          ),
        );
    });
  });
}

const LOG_IN = { remedy: 'what it printed above says why; logging in again often helps' };

function readCredential(output: string, exec: ExecEntry): PluginCredential {
  const answer = readDocument(output, exec);
  const { apiVersion, kind, status } = answer;
  if (apiVersion !== exec.apiVersion || kind !== 'ExecCredential') {
    throw failure(
      `credential plugin ${exec.command} is configured to use API version ${exec.apiVersion}, plugin returned ${text(apiVersion) ?? 'no version'} ${text(kind) ?? ''}`.trim(),
      { remedy: `set apiVersion in the kubeconfig's exec entry to what ${exec.command} speaks, or update it` },
    );
  }
  if (!isMapping(status)) throw failure(`credential plugin ${exec.command} didn't return a status field`);
  const token = text(status.token);
  const cert = text(status.clientCertificateData);
  const key = text(status.clientKeyData);
  if (!token && !cert && !key) throw failure(`credential plugin ${exec.command} didn't return a token or cert/key pair`);
  if (!cert !== !key) throw failure(`credential plugin ${exec.command} returned only certificate or key, not both`);
  const expires = expiry(status.expirationTimestamp, exec);
  return {
    ...(token ? { token } : {}),
    ...(cert && key ? { certificate: { cert, key } } : {}),
    ...(expires === undefined ? {} : { expires }),
  };
}

/** JSON, or YAML, which client-go's decoder takes as well. */
function readDocument(output: string, exec: ExecEntry): Readonly<Record<string, unknown>> {
  let answer: unknown;
  try {
    answer = parseYaml(output);
  } catch {
    answer = undefined;
  }
  if (isMapping(answer)) return answer;
  // Not quoted: what a plugin prints may be a secret.
  const what = output.trim() === '' ? 'nothing' : 'something that is not JSON';
  throw failure(`credential plugin ${exec.command} printed ${what} instead of an ExecCredential`, {
    remedy: `run ${[exec.command, ...exec.args].join(' ')} by hand to see what it prints`,
  });
}

function expiry(value: unknown, exec: ExecEntry): number | undefined {
  if (value === undefined || value === null) return undefined;
  const milliseconds = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (!Number.isNaN(milliseconds)) return milliseconds;
  throw failure(`credential plugin ${exec.command} returned an expirationTimestamp that is not a time`);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
