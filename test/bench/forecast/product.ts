/** The product's own rows of the table, and plain methods beside them. */

import type { ForecastModel } from '../../../lib/intelligence/forecast/forecast.ts';
import type { JoinedModel } from '../../../lib/intelligence/forecast/joined.ts';
import { loadForecastModel } from '../../../lib/intelligence/forecast/model.ts';
import { ODD_MASE } from '../../../training/forecast/measure.ts';
import type { Say } from '../report.ts';
import { type Method, naive, SHIPPED, seasonalMedians, withModel } from './methods.ts';
import type { Result } from './results.ts';
import { resultOf, summaryOf } from './results.ts';
import type { HeldApart } from './windows.ts';

export const NAIVE = 'seasonal naive, 24 h';
const MEDIANS = 'median of three seasonal medians';

/** The built program first; the others are the same code with a part left out. */
export async function productMethods(): Promise<readonly Method[]> {
  const model = await loadForecastModel();
  return [
    SHIPPED,
    withModel('the same without the LSTM', joining(model, 'never')),
    withModel('the LSTM alone', joining(model, 'alone')),
    seasonalMedians(MEDIANS),
    naive(NAIVE, 24),
    naive('seasonal naive, 168 h', 168),
  ];
}

function joining(model: ForecastModel, lstmJoins: JoinedModel['lstmJoins']): ForecastModel {
  return { ...model, learned: { ...model.learned, lstmJoins } };
}

export async function resultsOf(
  methods: readonly Method[],
  apart: HeldApart,
  output: string,
  say: Say,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (const method of methods) {
    say(`${method.name}: ${apart.windows.length} windows`);
    results.push(await resultOf(method, apart, output));
  }
  return results;
}

/** The windows that count for MASE and MSIS: those that the medians do not err on beyond measure. */
export function ordinaryOf(results: readonly Result[]): readonly boolean[] {
  return results.find(({ name }) => name === MEDIANS)!.scores.map(({ mase }) => mase <= ODD_MASE);
}

/** How the shipped forecast compares with what it must do. */
export function figuresOf(results: readonly Result[], kept: readonly boolean[]) {
  const named = (name: string) => summaryOf(results.find((result) => result.name === name)!, kept);
  const shipped = named(SHIPPED.name);
  return {
    'error of forecasts': shipped.maseMean / named(NAIVE).maseMean,
    'values outside of the interval': 1 - shipped.coverage,
    'values inside of the interval': shipped.coverage,
    'values outside, of one metric': 1 - Math.min(...Object.values(shipped.coverageOf)),
  };
}
