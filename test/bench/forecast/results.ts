/** Methods scored on the same windows, and their table. */

import { HORIZON_HOURS } from '../../../lib/intelligence/forecast/window.ts';
import { withEngine } from '../../../training/engine.ts';
import type { TrainingWindow } from '../../../training/forecast/windows.ts';
import type { Method } from './methods.ts';
import { type Answer, type Summary, scoreWindow, summarize, type WindowScore } from './score.ts';
import { type HeldApart, windowKey } from './windows.ts';

export interface Result {
  readonly name: string;
  readonly scores: readonly WindowScore[];
  /** Processor time for each 1,000 windows. */
  readonly secondsPer1000: number;
  readonly failed: number;
}

/** @throws Error where a window is not answered for all of its hours */
export async function resultOf(method: Method, { windows, input }: HeldApart, output: string): Promise<Result> {
  const { seconds, failed = 0 } = await method.answer(input, output);
  const answers = await readAnswers(output);
  const scores = windows.map((window) => scored(method.name, window, answers.get(windowKey(window))));
  return { name: method.name, scores, secondsPer1000: (seconds / windows.length) * 1000, failed };
}

function scored(name: string, window: TrainingWindow, answer: Answer | undefined): WindowScore {
  const { history, future, scale } = window;
  const score = answer && scoreWindow({ metric: history.metric, future, scale }, answer);
  if (!score || !Number.isFinite(score.mase + score.msis)) throw new Error(`${name} does not answer ${windowKey(window)}`);
  return score;
}

async function readAnswers(file: string): Promise<ReadonlyMap<string, Answer>> {
  return withEngine(async (connection) => {
    const reader = await connection.stream(
      `SELECT series_id::VARCHAR || ' ' || metric || ' ' || epoch_ms(origin::TIMESTAMP), h::INTEGER, mean::DOUBLE, lo95::DOUBLE, hi95::DOUBLE
       FROM read_parquet($file)`,
      { file },
    );
    const answers = new Map<string, Answer>();
    for (let chunk = await reader.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await reader.fetchChunk()) {
      for (const [key, hour, mean, low, high] of chunk.getRows() as [string, number, number, number, number][]) {
        const answer = answers.get(key) ?? { mean: empty(), low: empty(), high: empty() };
        answers.set(key, answer);
        answer.mean[hour - 1] = mean;
        answer.low[hour - 1] = low;
        answer.high[hour - 1] = high;
      }
    }
    return answers;
  });
}

function empty(): Float64Array {
  return new Float64Array(HORIZON_HOURS).fill(Number.NaN);
}

export const HEADINGS = ['METHOD', 'MASE', 'MEDIAN', 'MSIS', 'COVERED', 'CPU', 'MEMORY', 'NETWORK', 's / 1,000'] as const;

/** One row for each method; `kept` says which windows count for MASE and MSIS. Coverage is over all of them. */
export function rowsOf(results: readonly Result[], kept: readonly boolean[]): readonly (readonly string[])[] {
  return results.map((result) => {
    const { maseMean, maseMedian, msis, coverage, coverageOf } = summaryOf(result, kept);
    const shares = [coverage, coverageOf.cpu, coverageOf.memory, coverageOf.network].map(
      (share) => `${(share * 100).toFixed(1)} %`,
    );
    return [
      result.name,
      maseMean.toFixed(3),
      maseMedian.toFixed(3),
      // Some methods give a few intervals without end.
      msis < 10_000 ? msis.toFixed(1) : msis.toExponential(1),
      ...shares,
      result.secondsPer1000.toFixed(1),
    ];
  });
}

/** What leaving windows out does to the first two figures of a method and of another. */
export function leftOutNote(method: Result, other: Result, kept: readonly boolean[]): string {
  const all = kept.map(() => true);
  const both = (some: readonly boolean[]) =>
    [method, other].map((result) => summaryOf(result, some).maseMean.toFixed(3)).join(' against ');
  return `${kept.length} windows, ${kept.filter(Boolean).length} of them for MASE and MSIS (mean MASE of all: ${both(all)})`;
}

export function summaryOf({ scores }: Result, kept: readonly boolean[]): Summary {
  const { coverage, coverageOf } = summarize(scores);
  return { ...summarize(scores.filter((_, at) => kept[at])), coverage, coverageOf };
}
