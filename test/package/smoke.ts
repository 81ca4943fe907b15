/** What every packaged program must do, wherever it is started: the same as the unpackaged one. */

import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { assert } from '../harness.ts';

export interface Outcome {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Words of the command line. */
export const SMOKE: readonly string[] = [
  '--help',
  'version',
  'idle --help',
  'idle --demo -o name',
  'idle --demo -o json',
  'optimize --demo',
  'forecast --demo',
  'forecast --demo -o json',
  'idle --demo deployment/nowhere',
  '__complete id',
  'idel',
];

const PROGRAM = fileURLToPath(new URL('../../dist/kubectl-upid', import.meta.url));

const answers = new Map<string, Outcome>();

/** The unpackaged program's answer, asked once. */
export function expected(line: string): Outcome {
  const known = answers.get(line) ?? ask(line);
  answers.set(line, known);
  return known;
}

function ask(line: string): Outcome {
  const { status, stdout, stderr } = spawnSync(PROGRAM, line.split(' '), {
    encoding: 'utf8',
    env: { PATH: process.env.PATH, HOME: '/nonexistent', TZ: 'UTC' },
    maxBuffer: 1 << 26,
  });
  return { exitCode: status, stdout, stderr };
}

/** Fails where a packaged program answered otherwise. */
export function assertSame(line: string, outcome: Outcome): void {
  const { exitCode, stdout, stderr } = expected(line);
  assert.is(outcome.stderr, stderr);
  assert.is(outcome.exitCode, exitCode);
  if (line.endsWith('-o json')) assert.equal(comparable(outcome.stdout), comparable(stdout));
  else assert.is(outcome.stdout, stdout);
}

/** Without what differs from run to run and from folder to folder: how long each source took, and where the demo's history lies. */
function comparable(json: string): unknown {
  return JSON.parse(json, (key, value: unknown) => {
    if (key === 'seconds') return undefined;
    return key === 'gave' && typeof value === 'string' ? value.replace(/ in \/.*\/demo\//, ' in demo/') : value;
  });
}

/** One sentence that says what to do, and nothing else. */
export function assertPlainError({ exitCode, stdout, stderr }: Outcome, sentence: RegExp): void {
  assert.is(exitCode, 1, stderr);
  assert.is(stdout, '');
  const lines = stderr
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('SIMULATED'));
  assert.is(lines.length, 1, stderr);
  assert.match(lines[0] ?? '', sentence);
}

/**
 * Switches of Node that a person's shell may set for other programs, as environments; `folder` is one that may be written.
 * None may change what the program prints.
 */
export function nodeSwitches(folder: string): Readonly<Record<string, Readonly<Record<string, string>>>> {
  return {
    'a module that is not there': { NODE_OPTIONS: '--require=/nonexistent' },
    'a switch that Node does not know': { NODE_OPTIONS: '--frobnicate' },
    'switches that change what a program does': {
      NODE_OPTIONS: '--throw-deprecation --disallow-code-generation-from-strings --no-network',
    },
    'a debugger': { NODE_OPTIONS: '--inspect-brk=127.0.0.1:0' },
    'a small heap': { NODE_OPTIONS: '--max-old-space-size=4' },
    warnings: { NODE_PENDING_DEPRECATION: '1', NODE_NO_WARNINGS: '0', NODE_REDIRECT_WARNINGS: `${folder}/warnings` },
    'the place of modules': { NODE_PATH: '/nonexistent', NODE_PRESERVE_SYMLINKS: '1', NODE_PRESERVE_SYMLINKS_MAIN: '1' },
    'the number of a worker': { NODE_UNIQUE_ID: '1' },
    'a test runner': { NODE_TEST_CONTEXT: 'child-v8' },
    coverage: { NODE_V8_COVERAGE: `${folder}/coverage` },
    'a compile cache': { NODE_COMPILE_CACHE: `${folder}/compiled` },
    'certificates that are not there': { NODE_EXTRA_CA_CERTS: '/nonexistent', SSL_CERT_FILE: '/nonexistent' },
    'a configuration of OpenSSL that is not there': { OPENSSL_CONF: '/nonexistent' },
    'a locale data folder that is not there': { NODE_ICU_DATA: '/nonexistent' },
  };
}
