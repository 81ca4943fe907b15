/** The question of `forecast`: see the hours, then conclude. */

import { loadForecastModel } from '../../intelligence/forecast/model.ts';
import type { ForecastResult } from '../../types/forecast.ts';
import type { LookRequest } from '../request.ts';
import { conclude, type ForecastQuestion } from './conclude.ts';
import { seeHours } from './hours.ts';
import { ownModelFile, readOwnModel } from './own-model.ts';

export type ForecastRequest = LookRequest & ForecastQuestion;

/** @throws UpidError as `seeHours` */
export async function forecastWorkloads(request: ForecastRequest): Promise<ForecastResult> {
  const [seen, model] = await Promise.all([seeHours(request), loadForecastModel()]);
  request.progress({ step: 'forecasting' });
  const { cluster, sources } = seen.provenance;
  const own = await readOwnModel(ownModelFile(request, cluster.id), model.version);
  const result = conclude(seen, model, request, own.tuning);
  return own.report ? { ...result, sources: [...sources, own.report] } : result;
}
