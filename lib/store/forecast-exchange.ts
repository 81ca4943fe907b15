/** Histories to forecast from a file, and their forecasts in another. */

import { type ExchangeFiles, type ExchangeWindow, exchange } from './exchange.ts';

/** One value for each hour of the horizon. */
export interface ExchangeAnswer {
  readonly mean: Float64Array;
  readonly low: Float64Array;
  readonly high: Float64Array;
}

/** Columns of the output: series_id, metric, origin (each as in the input), h, mean, lo95, hi95. */
export interface ExchangeRequest extends ExchangeFiles {
  /** Undefined where a window cannot be forecast: it has no rows in the output. */
  readonly answer: (window: ExchangeWindow) => ExchangeAnswer | undefined;
}

/**
 * Answers every window of the input.
 * @throws UpidError input-invalid; output-unwritable; cancelled
 */
export async function exchangeForecasts({ answer, ...files }: ExchangeRequest): Promise<void> {
  await exchange({
    ...files,
    columns: [
      { name: 'h', type: 'INTEGER' },
      { name: 'mean', type: 'DOUBLE' },
      { name: 'lo95', type: 'DOUBLE' },
      { name: 'hi95', type: 'DOUBLE' },
    ],
    answer: (window, put) => {
      const forecast = answer(window);
      if (!forecast) return;
      const { mean, low, high } = forecast;
      for (let hour = 0; hour < mean.length; hour++) put(hour + 1, mean[hour]!, low[hour]!, high[hour]!);
    },
  });
}
