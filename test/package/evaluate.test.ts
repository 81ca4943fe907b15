/** Forecasts of a file: the same bytes from the sources, the bundle, and the executables of both processors, run after run. */

import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { forecastSeries, isTooShort } from '../../lib/intelligence/forecast/forecast.ts';
import { loadForecastModel } from '../../lib/intelligence/forecast/model.ts';
import { hourlyHistory } from '../../lib/intelligence/forecast/window.ts';
import { evaluateForecast } from '../../lib/operations/evaluate-forecast.ts';
import { assert, skip, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { outcomeOf, PROGRAM } from '../plugin/run.ts';
import { archiveOf, unbuilt, unpack } from './archives.ts';
import { arm64Obstacle, EMULATOR, LIBRARIES } from './arm64.ts';

const test = suite('forecasts of a file, byte for byte');

const DAYS = 30;
const DAY = 24;

/**
 * Use `hour` hours before the origin, by what a forecast must meet. Arithmetic of whole numbers but for one division: the same on
 * every machine.
 */
const SHAPES: Readonly<Record<string, (hour: number) => number | undefined>> = {
  office: (hour) => (isWorking(hour) ? 900 + noise(hour, 200) : 20 + noise(hour, 9)),
  swaying: (hour) => 100 + 5 * Math.abs(((hour + 10) % (14 * DAY)) - 7 * DAY) + noise(hour, 60),
  growing: (hour) => 5000 - 5 * hour + noise(hour, 40),
  shifted: (hour) => (hour > 5 * DAY ? 300 : 800) + noise(hour, 60),
  spiky: (hour) => (noise(hour, 97) === 0 ? 4000 : 50) + noise(hour, 30),
  nightly: (hour) => (hour % DAY === 3 ? 2500 + noise(hour, 300) : 10),
  gaps: (hour) => (hour % 50 < 9 ? undefined : 400 + (hour % DAY) * 20 + noise(hour, 70)),
  constant: () => 128,
  zero: () => 0,
  young: (hour) => (hour > 4 * DAY ? undefined : 100 + noise(hour, 100)),
  'too-short': (hour) => (hour > 71 ? undefined : 100 + noise(hour, 100)),
};

function isWorking(hour: number): boolean {
  const [weekday, ofDay] = [Math.floor(hour / DAY) % 7, DAY - 1 - (hour % DAY)];
  return weekday < 5 && ofDay >= 8 && ofDay < 18;
}

/** 0 … below - 1, the same for the same hour (a linear congruential generator's step). */
function noise(hour: number, below: number): number {
  return ((hour * 1_103_515 + 12_345) % 65_536) % below;
}

/** Writes the histories and returns the file. */
async function writeInput(): Promise<string> {
  const file = join(temporaryFolder(), 'histories.parquet');
  const rows = Object.entries(SHAPES).flatMap(([name, value]) =>
    Array.from({ length: DAYS * DAY }, (_, at) => at + 1).flatMap((hour) => {
      const amount = value(hour);
      return amount === undefined ? [] : [`('${name}', ${hour}, ${amount})`];
    }),
  );
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run('CREATE TABLE hours (series_id VARCHAR, hour INTEGER, amount DOUBLE)');
  await connection.run(`INSERT INTO hours VALUES ${rows.join(', ')}`);
  await connection.run(`COPY (
    SELECT series_id, metric, TIMESTAMP '2026-05-13' AS origin, TIMESTAMP '2026-05-13' - hour * INTERVAL 1 HOUR AS ts, amount / divisor AS value
    FROM hours, (VALUES ('cpu', 1000), ('mem', 0.0001), ('net', 7)) m(metric, divisor)) TO '${file}'`);
  connection.closeSync();
  instance.closeSync();
  return file;
}

let input: string;
/** What the sources wrote. */
let expected: Buffer;

const output = (): string => join(temporaryFolder(), 'forecasts.csv');

test.before(async () => {
  input = await writeInput();
  expected = await fromSources();
});

async function fromSources(): Promise<Buffer> {
  const file = output();
  const { signal } = new AbortController();
  await evaluateForecast({ input, output: file, runtime: testRuntime(), signal, progress: () => undefined });
  return readFileSync(file);
}

/** What a program writes, which is started by `command`. */
async function fromProgram(command: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Buffer> {
  const file = output();
  const [program = '', ...args] = [...command, 'model', 'evaluate', '--input', input, '--output', file];
  const { exitCode, stdout, stderr } = await outcomeOf(
    spawn(program, args, { env: { PATH: process.env.PATH, HOME: '/nonexistent', ...env }, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  assert.is(exitCode, 0, stderr);
  assert.is(stdout, `${forecasts()} forecasts written, 3 left out for want of history\n`);
  return readFileSync(file);
}

const forecasts = (): number => (Object.keys(SHAPES).length - 1) * 3;

test('among the histories is one that each part of a forecast has a say in, the LSTM too', async () => {
  const originMs = Date.UTC(2026, 4, 13);
  const samples = Array.from({ length: DAYS * DAY }, (_, at) => ({
    atMs: originMs - (at + 1) * 3_600_000,
    value: SHAPES.swaying!(at + 1)! / 1000,
  }));
  const forecast = forecastSeries(hourlyHistory('cpu', originMs, samples), await loadForecastModel());
  const parts = isTooShort(forecast) ? [] : forecast.parts.filter(({ weight }) => weight > 0).map(({ model }) => model);
  assert.ok(parts.length > 1 && parts.includes('LSTM'), parts.join());
});

test('the sources write a row for each series and hour, the same in a second run', async () => {
  const lines = expected.toString().trimEnd().split('\n');
  assert.is(lines[0], 'series_id,metric,origin,h,mean,lo95,hi95');
  assert.is(lines.length - 1, forecasts() * 168);
  for (const line of lines.slice(1)) {
    const [mean, low, high] = line.split(',').slice(-3).map(Number) as [number, number, number];
    assert.ok(low >= 0 && low <= mean && mean <= high && high < Number.POSITIVE_INFINITY, line);
  }
  assert.ok((await fromSources()).equals(expected));
});

test('the bundle under Node writes the same bytes in two runs', async () => {
  assertSameBytes(await fromProgram([PROGRAM]));
  assertSameBytes(await fromProgram([PROGRAM]));
});

for (const [platform, obstacle, command] of [
  ['linux-amd64', process.platform === 'linux' && process.arch === 'x64' ? undefined : 'this machine is another', []],
  ['linux-arm64', arm64Obstacle(), [EMULATOR, '-L', dirname(LIBRARIES)]],
] as const) {
  const archive = archiveOf(platform);
  const why = archive === undefined ? unbuilt(platform) : obstacle;
  if (archive === undefined || why !== undefined) {
    skip(`the executable for ${platform} writes the same bytes`, why ?? '');
    continue;
  }
  test(`the executable for ${platform} writes the same bytes in two runs`, async () => {
    const executable = join(unpack(archive), 'kubectl-upid');
    const cache = join(temporaryFolder(), 'cache');
    mkdirSync(cache, { mode: 0o700 });
    for (let run = 0; run < 2; run++) assertSameBytes(await fromProgram([...command, executable], { XDG_CACHE_HOME: cache }));
  });
}

/** Says which row is the first that differs. */
function assertSameBytes(actual: Buffer): void {
  if (actual.equals(expected)) return;
  const [found, wanted] = [actual, expected].map((bytes) => bytes.toString().split('\n')) as [string[], string[]];
  const at = wanted.findIndex((line, index) => line !== found[index]);
  assert.unreachable(`line ${at + 1} of ${wanted.length} is "${found[at]}", not "${wanted[at]}"`);
}

test.run();
