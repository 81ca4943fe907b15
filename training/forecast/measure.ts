/** Errors of a model on the machines held apart, beside those of plain methods on the same windows. */

import { meanOf } from '../../lib/intelligence/evidence/measured.ts';
import { type ForecastModel, forecastSeries, isTooShort } from '../../lib/intelligence/forecast/forecast.ts';
import type { JoinedModel } from '../../lib/intelligence/forecast/joined.ts';
import { seasonalBase, seasonalCandidates, seasonalNaive } from '../../lib/intelligence/forecast/seasonal.ts';
import { DAY_HOURS, HISTORY_HOURS, HORIZON_HOURS } from '../../lib/intelligence/forecast/window.ts';
import type { MeasuredFigure } from '../../lib/types/model-card.ts';
import { rounded } from '../rounded.ts';
import { METRICS, type Traces } from './traces.ts';
import { midnightAfter, type TrainingWindow, windowsOf } from './windows.ts';

/** A machine that was off throughout its history and then used has errors of hundreds of times its daily change, by any method. */
export const ODD_MASE = 150;
const STEP_HOURS = 96;
const HOUR_MS = 3_600_000;

export function measure(traces: Traces, model: ForecastModel): readonly MeasuredFigure[] {
  const errors = {
    naive: [] as number[],
    medians: [] as number[],
    model: [] as number[],
    without: [] as number[],
    alone: [] as number[],
    msis: [] as number[],
  };
  let joined = 0;
  const inside: Record<string, number[]> = { cpu: [], memory: [], network: [] };
  let odd = 0;
  const choice = { roles: ['apart'], stepHours: STEP_HOURS, firstHours: midnightAfter(traces, 30) } as const;
  for (const window of windowsOf(traces, choice)) {
    const { history, future, scale } = window;
    const { metric, values, originMs } = history;
    const startMs = originMs - HISTORY_HOURS * HOUR_MS;
    const given = { metric, grid: { startMs, slotSeconds: 3600, slots: HISTORY_HOURS }, mean: values };
    const forecast = forecastSeries(given, model);
    if (isTooShort(forecast)) continue;
    const joining = (lstmJoins: JoinedModel['lstmJoins']): Float64Array => {
      const found = forecastSeries(given, { ...model, learned: { ...model.learned, lstmJoins } });
      return isTooShort(found) ? forecast.mean : found.mean;
    };
    const medians = seasonalBase(seasonalCandidates(history));
    const { low, high } = forecast.intervals.find(({ level }) => level === 0.95)!;
    for (let hour = 0; hour < HORIZON_HOURS; hour++) {
      if (!Number.isNaN(future[hour]!)) inside[metric]!.push(future[hour]! >= low[hour]! && future[hour]! <= high[hour]! ? 1 : 0);
    }
    const plain = meanError(window, medians);
    if (plain > ODD_MASE) {
      odd++;
      continue;
    }
    const yesterday = seasonalNaive(values, DAY_HOURS);
    errors.naive.push(
      meanError(
        window,
        Float64Array.from(medians, (_, hour) => yesterday[hour % DAY_HOURS]!),
      ),
    );
    errors.medians.push(plain);
    errors.model.push(meanError(window, forecast.mean));
    errors.without.push(meanError(window, joining('never')));
    errors.alone.push(meanError(window, joining('alone')));
    if (forecast.parts.some(({ model: name }) => name === 'LSTM')) joined++;
    errors.msis.push(meanOf(Array.from(future, (value, hour) => intervalScore(value, low[hour]!, high[hour]!))) / scale);
  }
  const naive = (value: number) => ({ method: 'seasonal naive, 24 h', value: rounded(value) });
  return [
    { figure: 'MASE, mean', value: rounded(meanOf(errors.model)), beside: naive(meanOf(errors.naive)) },
    { figure: 'MASE, median', value: rounded(middle(errors.model)), beside: naive(middle(errors.naive)) },
    {
      figure: 'MASE, mean, against seasonal medians',
      value: rounded(meanOf(errors.model)),
      beside: { method: 'seasonal medians', value: rounded(meanOf(errors.medians)) },
    },
    {
      figure: 'MASE, mean, against the same without the LSTM',
      value: rounded(meanOf(errors.model)),
      beside: { method: 'without the LSTM', value: rounded(meanOf(errors.without)) },
    },
    {
      figure: 'MASE, mean, against the LSTM alone',
      value: rounded(meanOf(errors.model)),
      beside: { method: 'the LSTM alone', value: rounded(meanOf(errors.alone)) },
    },
    { figure: 'share of windows that the LSTM joins', value: rounded(joined / errors.model.length) },
    { figure: 'MSIS of the 95 % interval', value: rounded(meanOf(errors.msis)) },
    { figure: 'coverage of the 95 % interval', value: rounded(meanOf(METRICS.flatMap((metric) => inside[metric]!))) },
    ...METRICS.map((metric) => ({ figure: `coverage of the 95 % interval, ${metric}`, value: rounded(meanOf(inside[metric]!)) })),
    { figure: 'windows', value: errors.model.length },
    { figure: `windows left out of MASE and MSIS: medians err by more than ${ODD_MASE} daily changes`, value: odd },
  ];
}

function meanError({ future, scale }: TrainingWindow, forecast: Float64Array): number {
  return meanOf(Array.from(future, (value, hour) => Math.abs(value - forecast[hour]!))) / scale;
}

/** Gneiting & Raftery 2007, equation 43, α = 0.05. */
function intervalScore(value: number, low: number, high: number): number {
  return high - low + 40 * (Math.max(0, low - value) + Math.max(0, value - high));
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
