/** Runs programs to their end, in turns, and takes medians. */

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The Node that the program runs with. */
export const NODE = join(ROOT, 'node_modules', 'node', 'bin', 'node');
export const PROGRAM = join(ROOT, 'dist', 'kubectl-upid');
const ENTRY = join(ROOT, 'dist', 'lib', 'main.js');
const PROBE = new URL('probe.mjs', import.meta.url).href;

export interface Command {
  readonly words: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Called before each run, outside of what is measured. */
  readonly before?: () => void;
}

export interface Run {
  readonly milliseconds: number;
  readonly stderr: string;
}

/** Runs a command, its output to nowhere. @throws Error with its last words when it fails */
export function run({ words, env, before }: Command): Run {
  before?.();
  const [program = '', ...args] = words;
  const started = performance.now();
  const { status, stderr, error } = spawnSync(program, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  const milliseconds = performance.now() - started;
  if (error) throw error;
  if (status !== 0) throw new Error(`${words.join(' ')} ended with ${status}: ${stderr.trim()}`);
  return { milliseconds, stderr };
}

/** Milliseconds of each run: one of every command in each round, so that what else the machine does falls on all of them. */
export function inTurns<Name extends string>(
  commands: Readonly<Record<Name, Command>>,
  rounds: number,
): Readonly<Record<Name, readonly number[]>> {
  const names = Object.keys(commands) as Name[];
  const times = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (const name of names) run(commands[name]);
  for (let round = 0; round < rounds; round++) for (const name of names) times[name].push(run(commands[name]).milliseconds);
  return times;
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** Median of the rounds' ratios: what slows a whole round down does not move it. */
export function ratio(times: readonly number[], peer: readonly number[]): number {
  return median(times.map((time, round) => time / peer[round]!));
}

/** What a run of the program tells of itself when it ends. */
export interface Probe {
  readonly peakBytes: number;
  readonly cpuMilliseconds: number;
  /** TCP connections that it opened. */
  readonly connections: number;
  readonly stderr: string;
}

/** Runs the program with a probe in it, which costs a little time. `inside` stands before the command. */
export function probe(args: readonly string[], env: Readonly<Record<string, string>>, inside: readonly string[] = []): Probe {
  const folder = mkdtempSync(join(tmpdir(), 'upid-bench-'));
  try {
    const file = join(folder, 'probe.json');
    const { stderr } = run({ words: [...inside, NODE, '--import', PROBE, ENTRY, ...args], env: { ...env, BENCH_PROBE: file } });
    return { ...(JSON.parse(readFileSync(file, 'utf8')) as Omit<Probe, 'stderr'>), stderr };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A folder that goes with the process. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'upid-bench-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

export function milliseconds(value: number): string {
  return `${Math.round(value)} ms`;
}

export function times(value: number): string {
  return `${value.toFixed(2)} ×`;
}
