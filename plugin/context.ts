/**
 * What a process is given by its surroundings, made once: the only place that reads `process`, the clock and randomness.
 * Everything else takes them from here.
 */

import { hostname, userInfo } from 'node:os';
import { basename, join } from 'node:path';
import type { BaseContext } from 'clipanion';
import type { ProcessIdentity, Runtime } from '../lib/types/runtime.ts';
import { homeDirectory } from './home.ts';

export interface Context extends BaseContext {
  /** What a person types to run this program: `kubectl upid` or `kubectl-upid`. */
  readonly programName: string;
  /** History of the simulated cluster, written by the build. */
  readonly demoHistory: string;
  /** This program, for those who start it again or lay something beside it. */
  readonly self: () => Self;
  readonly signal: AbortSignal;
  /** IANA name of the machine's time zone. */
  readonly timeZone: string;
  readonly terminal: Terminal;
  readonly runtime: (verbosity: number) => Runtime;
}

export interface Self {
  /** As a person or kubectl named it, by a path or by a name on PATH: a link of krew's, the launcher, the executable. Undefined where only Node was named. */
  readonly file: string | undefined;
  /** What starts it, to be followed by its arguments. */
  readonly words: readonly [string, ...string[]];
  /** The environment it was started with, as the launcher left it. */
  readonly env: NodeJS.ProcessEnv;
}

/** What the standard streams can do. */
export interface Terminal {
  readonly stdin: boolean;
  readonly stdout: boolean;
  readonly stderr: boolean;
  /** Colour is allowed: a terminal that is not `dumb`, and NO_COLOR is not there, whatever its value. */
  readonly color: boolean;
  /** The locale is not UTF-8: views draw with ASCII. */
  readonly ascii: boolean;
}

/** `folder` is where the running program file lies. */
export function makeContext(folder: string, signal: AbortSignal): Context {
  const { stdin, stdout, stderr } = process;
  const env = programEnvironment(process.env);
  const terminal = describeTerminal();
  return {
    env,
    stdin,
    stdout,
    stderr,
    colorDepth: terminal.color ? 4 : 1,
    programName: programName(process.env),
    demoHistory: join(folder, '..', 'demo'),
    self: describeSelf,
    signal,
    // What Intl would tell as well, but only after 15 ms of reading the formats of a locale.
    timeZone: Temporal.Now.timeZoneId(),
    terminal,
    runtime: (verbosity) => ({
      env,
      platform: process.platform,
      homeDirectory: homeDirectory(),
      workingDirectory: process.cwd(),
      now: Date.now,
      elapsed: () => performance.now(),
      random: Math.random,
      stdinIsTerminal: terminal.stdin,
      warn: (line) => stderr.write(`${line}\n`),
      verbosity,
      process: describeProcess(),
    }),
  };
}

/** Krew's practice: a plugin calls itself as kubectl does when its own file is named `kubectl-…` or kubectl has started it. */
function programName(env: NodeJS.ProcessEnv): string {
  const invokedAs = basename(env.KUBECTL_UPID_INVOKED_AS ?? '');
  return env.KUBECTL_PATH || invokedAs.startsWith('kubectl-') ? 'kubectl upid' : 'kubectl-upid';
}

/** The environment as the person set it: without what the launcher adds, and with the NODE_OPTIONS it keeps from Node. */
function programEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { KUBECTL_UPID_INVOKED_AS: _, KUBECTL_UPID_NODE_OPTIONS: nodeOptions, ...rest } = env;
  return nodeOptions === undefined ? rest : { ...rest, NODE_OPTIONS: nodeOptions };
}

function describeSelf(): Self {
  const { argv, env, execPath } = process;
  const single = process.getBuiltinModule('node:sea').isSea();
  return {
    file: env.KUBECTL_UPID_INVOKED_AS || undefined,
    words: single ? [execPath] : [execPath, argv[1]!],
    env: { ...env },
  };
}

function describeProcess(): ProcessIdentity {
  return { id: process.pid, host: hostname(), user: userName(), isRunning };
}

/** A container may run under a number that no name belongs to. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return '';
  }
}

/** Signal 0 is only looked at; a process of somebody else's answers that it may not be sent one. */
function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function describeTerminal(): Terminal {
  const { env, platform } = process;
  const stdout = process.stdout.isTTY === true;
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return {
    stdin: process.stdin.isTTY === true,
    stdout,
    stderr: process.stderr.isTTY === true,
    color: stdout && env.TERM !== 'dumb' && env.NO_COLOR === undefined && (platform !== 'win32' || env.WT_SESSION !== undefined),
    ascii: platform === 'win32' ? env.WT_SESSION === undefined : !/utf-?8/i.test(locale),
  };
}
