/** The question of `forecast`: see the hours, then conclude. */

import { loadForecastModel } from '../../intelligence/forecast/model.ts';
import type { ForecastResult } from '../../types/forecast.ts';
import type { LookRequest } from '../request.ts';
import { conclude, type ForecastQuestion } from './conclude.ts';
import { seeHours } from './hours.ts';

export type ForecastRequest = LookRequest & ForecastQuestion;

/** @throws UpidError as `seeHours` */
export async function forecastWorkloads(request: ForecastRequest): Promise<ForecastResult> {
  const [seen, model] = await Promise.all([seeHours(request), loadForecastModel()]);
  request.progress({ step: 'forecasting' });
  return conclude(seen, model, request);
}
