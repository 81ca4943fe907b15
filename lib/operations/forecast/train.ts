/** The question of `model train`: see the hours, learn from them, and keep what was learned where it is better than the shipped weights. */

import { type ForecastModel, forecastSeries, isTooShort } from '../../intelligence/forecast/forecast.ts';
import { loadForecastModel } from '../../intelligence/forecast/model.ts';
import { joinHours } from '../../intelligence/hours/join.ts';
import { isBetter, type Tuned, tune } from '../../intelligence/tuning/tune.ts';
import { REQUIRED_HOURS } from '../../intelligence/tuning/windows.ts';
import { UpidError } from '../../types/errors.ts';
import type { ForecastHistory, ForecastMetric, ForecastTuning, MetricTraining, TrainResult } from '../../types/forecast.ts';
import { workloadKey } from '../../types/usage.ts';
import { workloadOrder } from '../../types/workload.ts';
import type { LookRequest } from '../request.ts';
import { type HoursSeen, seeHours } from './hours.ts';
import { ownModelFile, writeOwnModel } from './own-model.ts';

const METRICS: readonly ForecastMetric[] = ['cpu', 'memory', 'network'];

/** @throws UpidError not-enough-data where no series has enough history; history-unwritable; as `seeHours` */
export async function trainOnOwnHistory(request: LookRequest): Promise<TrainResult> {
  const [seen, model] = await Promise.all([seeHours(request), loadForecastModel()]);
  const file = ownModelFile(request, seen.provenance.cluster.id);
  const learned = METRICS.flatMap((metric): readonly { metric: ForecastMetric; tuned: Tuned }[] => {
    if (request.signal.aborted) throw new UpidError('cancelled', 'cancelled');
    request.progress({ step: `learning from the history of ${metric}` });
    const tuned = tune(historiesOf(seen, metric), forecastWith(model));
    return tuned ? [{ metric, tuned }] : [];
  });
  if (learned.length === 0) throw tooLittle(seen);
  const better = learned.filter(({ tuned }) => isBetter(tuned));
  // The history of the simulated cluster comes with the program and stays as it is.
  const kept = better.length > 0 && file !== undefined && !request.demo;
  if (kept) await writeOwnModel(file, tuningOf(better, model, seen.provenance.observedAtMs));
  return {
    ...seen.provenance,
    model: model.version,
    metrics: learned.map(({ metric, tuned }) => trainingOf(metric, tuned, kept)),
    ...(kept && { file }),
  };
}

function historiesOf(seen: HoursSeen, metric: ForecastMetric): readonly ForecastHistory[] {
  return seen.workloads
    .toSorted((a, b) => workloadOrder(a.ref, b.ref))
    .map(({ ref }) => joinHours(metric, seen.hours.get(workloadKey(ref)) ?? [], seen.grid).history);
}

function forecastWith(model: ForecastModel) {
  return (before: ForecastHistory, horizonHours: number) => {
    const forecast = forecastSeries(before, model, { horizonHours });
    return isTooShort(forecast) ? undefined : forecast;
  };
}

function tuningOf(
  better: readonly { readonly metric: ForecastMetric; readonly tuned: Tuned }[],
  model: ForecastModel,
  madeAtMs: number,
): ForecastTuning {
  return {
    base: model.version,
    madeAtMs,
    metrics: Object.fromEntries(better.map(({ metric, tuned }) => [metric, tuned.tuning])),
    heldApart: better.map(({ metric, tuned: { shipped, own } }) => ({ metric, shipped, own })),
  };
}

function trainingOf(metric: ForecastMetric, tuned: Tuned, kept: boolean): MetricTraining {
  const { tuning, shipped, own, windows } = tuned;
  const better = isBetter(tuned);
  return { metric, windows, tuning, shipped, own, outcome: !better ? 'no better' : kept ? 'kept' : 'not kept' };
}

function tooLittle(seen: HoursSeen): UpidError {
  const most = Math.max(0, ...METRICS.flatMap((metric) => historiesOf(seen, metric).map(({ mean }) => measured(mean))));
  if (most >= REQUIRED_HOURS)
    return new UpidError('not-enough-data', 'nothing can be learned from series that never change', {
      remedy: 'let more workloads gather history',
    });
  return new UpidError('not-enough-data', `not enough history to learn from: ${most} h of ${REQUIRED_HOURS} h`, {
    remedy: 'ask a Prometheus-compatible server that has more, or record it with collect',
  });
}

function measured(values: Float64Array): number {
  return values.reduce((count, value) => (Number.isNaN(value) ? count : count + 1), 0);
}
