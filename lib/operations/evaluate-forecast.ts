/** Forecasts of a file of histories, by the same code as `forecast`. */

import { forecastSeries, isTooShort } from '../intelligence/forecast/forecast.ts';
import { loadForecastModel } from '../intelligence/forecast/model.ts';
import { hourlyHistory } from '../intelligence/forecast/window.ts';
import { exchangeForecasts } from '../store/forecast-exchange.ts';
import { UpidError } from '../types/errors.ts';
import type { ForecastMetric } from '../types/forecast.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ReportProgress } from '../types/source.ts';
import { placeOutput } from './output-file.ts';

export interface EvaluateForecastRequest {
  readonly input: string;
  readonly output: string;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
}

export interface ForecastEvaluation {
  readonly forecasts: number;
  /** Windows whose history is too short; each was told of by `runtime.warn`. */
  readonly refused: number;
}

const METRICS: Readonly<Record<string, ForecastMetric>> = { cpu: 'cpu', mem: 'memory', net: 'network' };

/** The output appears when every window is answered. @throws UpidError input-invalid; output-unwritable; cancelled */
export async function evaluateForecast(request: EvaluateForecastRequest): Promise<ForecastEvaluation> {
  const { input, output, runtime, signal, progress } = request;
  const model = await loadForecastModel();
  let forecasts = 0;
  let refused = 0;
  const answered = { input, shownOutput: output, csv: /\.csv$/i.test(output), runtime, signal };
  await placeOutput({ file: output, force: true, runtime }, (temporary) =>
    exchangeForecasts({
      ...answered,
      output: temporary,
      answer: ({ seriesId, metric, originMs, hours }) => {
        const known = METRICS[metric];
        if (!known) throw new UpidError('input-invalid', `metric should be one of cpu, mem, net, not "${metric}"`);
        const forecast = forecastSeries(hourlyHistory(known, originMs, hours), model);
        if (isTooShort(forecast)) {
          refused += 1;
          runtime.warn(`${seriesId} ${metric}: not enough history: ${forecast.hours} h of ${forecast.requiredHours} h`);
          return undefined;
        }
        forecasts += 1;
        progress({ step: 'forecasting', done: forecasts });
        const { low, high } = forecast.intervals.find(({ level }) => level === 0.95)!;
        return { mean: forecast.mean, low, high };
      },
    }),
  );
  return { forecasts, refused };
}
