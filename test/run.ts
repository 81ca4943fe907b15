/**
 * `npm test [-- PART…]`: builds the program, then runs every test file (or those whose path holds a PART), each in a process of its
 * own, two at a time; those that need a control plane come last, while it starts. Ends with one line `N passed, N failed, N skipped`
 * that counts every case; a file that ends without a result, hangs, or leaves a case out without a reason is a failure.
 */

import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { clusterAvailable } from './cluster/available.ts';
import { build as buildCluster } from './cluster/build.ts';
import { type StartedForOthers, startForOthers } from './cluster/shared.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const AT_A_TIME = 2;

/** A file that takes longer hangs. */
const FILE_MINUTES = 10;

interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  /** One line each: what, and why. */
  readonly skipped: readonly string[];
  readonly output: string;
  readonly seconds: number;
}

process.exitCode = await main(process.argv.slice(2));

async function main(parts: readonly string[]): Promise<number> {
  const files = testFiles(parts);
  if (files.length === 0) {
    process.stderr.write(`error: no test file has ${parts.join(' or ')} in its path\n`);
    return 2;
  }
  const build = spawnSync(process.execPath, ['build.mjs', '--if-needed'], { cwd: ROOT, stdio: 'inherit' });
  if (build.status !== 0) return 1;
  return summarize(await runInOrder(files));
}

function testFiles(parts: readonly string[]): readonly string[] {
  return readdirSync(fileURLToPath(new URL('.', import.meta.url)), { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .filter((file) => /\.test\.tsx?$/.test(file) && (parts.length === 0 || parts.some((part) => file.includes(part))))
    .sort();
}

/** Files without a cluster run while the shared one starts. A cluster that does not start fails its files, and those alone. */
async function runInOrder(files: readonly string[]): Promise<readonly FileResult[]> {
  const needsCluster = (file: string): boolean =>
    file.startsWith('test/cluster/') || /from '\.\.\/cluster\//.test(readFileSync(`${ROOT}${file}`, 'utf8'));
  const withCluster = files.filter(needsCluster);
  const others = files.filter((file) => !withCluster.includes(file));
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const possible = withCluster.length > 0 && clusterAvailable().available;
  // Compiling takes both processors for minutes: tests that wait for anything would wait in vain beside it.
  const built = possible && (await buildCluster(say).then(() => true, refused));
  const starting = built && withCluster.some(sharesCluster) ? startForOthers().catch(refused) : undefined;
  const results = await runAll(others, {});
  const shared = (await starting) || undefined;
  try {
    return [...results, ...(await runAll(withCluster, shared?.env ?? {}))];
  } finally {
    await shared?.stop();
  }
}

function sharesCluster(file: string): boolean {
  return /cluster\/shared\.ts/.test(readFileSync(`${ROOT}${file}`, 'utf8'));
}

function refused(error: unknown): false {
  process.stdout.write(`the test cluster does not start: ${error instanceof Error ? error.message : String(error)}\n`);
  return false;
}

async function runAll(files: readonly string[], env: StartedForOthers['env']): Promise<readonly FileResult[]> {
  const waiting = [...files];
  const results: FileResult[] = [];
  const worker = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      const result = await runFile(file, env);
      results.push(result);
      report(result);
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  return results;
}

function runFile(file: string, env: StartedForOthers['env']): Promise<FileResult> {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--import', './test/tsx-loader.mjs', file], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0', ...env },
    });
    const chunks: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
    const limit = setTimeout(() => child.kill('SIGKILL'), FILE_MINUTES * 60_000);
    child.on('close', (exitCode, signal) => {
      clearTimeout(limit);
      const output = stripVTControlCharacters(Buffer.concat(chunks).toString());
      const end = signal === null ? `exit code ${exitCode}` : `signal ${signal}`;
      resolve({ ...resultOf(file, output, exitCode === 0, end), seconds: (performance.now() - started) / 1000 });
    });
  });
}

/** Reads uvu's summary and the harness's lines about what was left out. */
function resultOf(file: string, output: string, succeeded: boolean, end: string): Omit<FileResult, 'seconds'> {
  const figure = (name: string): number | undefined => {
    const match = new RegExp(`^ {2}${name}: +(\\d+)$`, 'm').exec(output);
    return match ? Number(match[1]) : undefined;
  };
  const [total, passed, unexplained] = [figure('Total'), figure('Passed'), figure('Skipped')];
  const skipped = [...output.matchAll(/^skipped: (.+)$/gm)].map(([, line = '']) => line);
  if (total === undefined || passed === undefined) {
    const ended = succeeded && skipped.length > 0;
    return {
      file,
      passed: 0,
      failed: ended ? 0 : 1,
      skipped,
      output: ended ? output : `${output}\n${file} ended (${end}) without a result\n`,
    };
  }
  const failed = total - passed + (unexplained ?? 0);
  return { file, passed, failed: Math.max(failed, succeeded ? 0 : 1), skipped, output };
}

function report({ file, passed, failed, skipped, output, seconds }: FileResult): void {
  const counts = [
    `${passed} passed`,
    ...(failed ? [`${failed} failed`] : []),
    ...(skipped.length ? [`${skipped.length} skipped`] : []),
  ];
  process.stdout.write(`${failed ? 'FAIL' : 'ok  '} ${file}: ${counts.join(', ')} (${seconds.toFixed(1)} s)\n`);
  if (failed) process.stdout.write(`${output.trimEnd()}\n\n`);
}

function summarize(results: readonly FileResult[]): number {
  const skipped = results.flatMap((result) => result.skipped);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  if (skipped.length > 0) process.stdout.write(`\nskipped:\n${skipped.map((line) => `  ${line}\n`).join('')}`);
  for (const result of results) if (result.failed) process.stdout.write(`failed: ${result.file}\n`);
  process.stdout.write(`\n${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
  return failed > 0 ? 1 : 0;
}
