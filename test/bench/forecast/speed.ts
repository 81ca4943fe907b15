/** How long 1,000 forecasts take on one core: the shipped program from file to file, and peers in memory. */

import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { HISTORY_HOURS } from '../../../lib/intelligence/forecast/window.ts';
import { withEngine } from '../../../training/engine.ts';
import type { TrainingWindow } from '../../../training/forecast/windows.ts';
import { megabytes, PROGRAM, probe, run } from '../measure.ts';
import { type PeerRuntime, python } from './peers.ts';
import { EXCHANGED } from './windows.ts';

export interface Speed {
  readonly name: string;
  /** Of processor time for all series; on a core that does nothing else the wall time is the same. */
  readonly seconds: number;
  readonly wallSeconds: number;
  readonly peakBytes: number;
}

export const SERIES = 1000;
const HOUR_MS = 3_600_000;
const ROUNDS = 3;

/** 1,000 histories of 720 hours each, their holes filled with the value a day earlier (at the front, a day later). */
export async function writeSpeedInput(windows: readonly TrainingWindow[], folder: string): Promise<string> {
  const output = join(folder, 'speed.parquet');
  const every = windows.length / SERIES;
  const drawn = Array.from({ length: SERIES }, (_, index) => windows[Math.floor(index * every)]!);
  await withEngine(async (connection) => {
    await connection.run('CREATE TABLE hours (series_id VARCHAR, metric VARCHAR, origin_ms BIGINT, ts_ms BIGINT, value DOUBLE)');
    const appender = await connection.createAppender('hours');
    for (const { seriesId, history } of drawn) {
      filled(history.values).forEach((value, at) => {
        appender.appendVarchar(seriesId);
        appender.appendVarchar(EXCHANGED[history.metric]);
        appender.appendBigInt(BigInt(history.originMs));
        appender.appendBigInt(BigInt(history.originMs - (HISTORY_HOURS - at) * HOUR_MS));
        appender.appendDouble(value);
        appender.endRow();
      });
    }
    appender.closeSync();
    await connection.run(`COPY (SELECT series_id, metric, make_timestamp_ms(origin_ms) AS origin, make_timestamp_ms(ts_ms) AS ts, value
      FROM hours) TO '${output}' (FORMAT parquet, CODEC zstd)`);
  });
  return output;
}

function filled(values: Float64Array): Float64Array {
  const whole = values.slice();
  for (let at = 24; at < whole.length; at++) if (Number.isNaN(whole[at]!)) whole[at] = whole[at - 24]!;
  for (let at = whole.length - 25; at >= 0; at--) if (Number.isNaN(whole[at]!)) whole[at] = whole[at + 24]!;
  const known = whole.find((value) => !Number.isNaN(value))!;
  return whole.map((value) => (Number.isNaN(value) ? known : value));
}

/** Start-up, reading and writing included; the quickest of some rounds. */
export function speedOfProgram(input: string, folder: string): Speed {
  const args = ['model', 'evaluate', '--input', input, '--output', join(folder, 'speed-answers.parquet')];
  const probes = Array.from({ length: ROUNDS }, () => probe(args, {}, oneCore()));
  const wall = Array.from({ length: ROUNDS }, () => run({ words: [...oneCore(), PROGRAM, ...args] }).milliseconds);
  return {
    name: 'kubectl upid, file to file',
    seconds: Math.min(...probes.map(({ cpuMilliseconds }) => cpuMilliseconds)) / 1000,
    wallSeconds: Math.min(...wall) / 1000,
    peakBytes: Math.max(...probes.map(({ peakBytes }) => peakBytes)),
  };
}

/** Of `series` of them, times what is missing to 1,000. */
export function speedOfPeer(peers: PeerRuntime, name: string, method: string, input: string, series: number): Speed {
  const found = JSON.parse(python(peers, 'speed.py', [method, input, String(series)], oneCore())) as Omit<Speed, 'name'>;
  const times = SERIES / series;
  return { ...found, name, seconds: found.seconds * times, wallSeconds: found.wallSeconds * times };
}

/** Words before a command that keep it on one core; none where the system has no such command, and times are then of all cores together. */
function oneCore(): readonly string[] {
  return spawnSync('taskset', ['--version']).status === 0 ? ['taskset', '-c', '0'] : [];
}

export const SPEED_HEADINGS = ['1,000 SERIES, 720 TO 168 HOURS', 'CPU s', 'WALL s', '× THE PROGRAM', 'PEAK MEMORY'] as const;

export function speedRows(speeds: readonly Speed[]): readonly (readonly string[])[] {
  return speeds.map(({ name, seconds, wallSeconds, peakBytes }) => [
    name,
    seconds.toFixed(2),
    wallSeconds.toFixed(2),
    `${(seconds / speeds[0]!.seconds).toFixed(2)} ×`,
    megabytes(peakBytes),
  ]);
}
