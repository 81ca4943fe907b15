/** What will be needed: the full-screen view of `kubectl upid forecast`. */

import type { ExplainResult } from '../lib/types/explanation.ts';
import type { ForecastResult } from '../lib/types/forecast.ts';
import type { ObjectReference } from '../lib/types/workload.ts';
import { Browser, type Subject } from './browser.tsx';
import { explanationLines } from './explanation-lines.ts';
import { forecastDetail, forecastPage } from './forecast-detail.ts';
import { FORECAST_COLUMNS, FORECAST_ORDERS, forecastRowId, forecastRows, forecastSummary } from './forecast-rows.ts';
import type { ViewOptions } from './options.ts';
import { latePage, type RowPage } from './row-page.ts';
import { showScreen } from './screen.ts';
import { paragraph } from './text.ts';

export interface ForecastViewOptions extends ViewOptions {
  /** Everything behind the idle verdict on a workload; asked when the person wants it. */
  readonly explain?: (workload: ObjectReference) => Promise<ExplainResult>;
}

/** Shows the forecasts until the person quits. Rejects where the terminal cannot be read key by key. */
export async function showForecast(result: ForecastResult, options: ForecastViewOptions): Promise<void> {
  await showScreen(<Browser subject={forecastSubject(result, options)} style={options} now={options.now} />, options);
}

/** The forecast view without the terminal. */
export function forecastSubject(
  result: ForecastResult,
  options: Pick<ForecastViewOptions, 'ascii' | 'timeZone' | 'explain'>,
): Subject {
  const byId = new Map(result.findings.map((finding) => [forecastRowId(finding), finding]));
  const { ascii, explain, timeZone = Temporal.Now.timeZoneId() } = options;
  const refused = result.findings.some(({ forecast }) => forecast === undefined);
  return {
    view: 'forecast',
    data: result,
    columns: FORECAST_COLUMNS,
    rows: forecastRows(result),
    orders: FORECAST_ORDERS,
    showExtra: false,
    summary: ({ showExtra }) => forecastSummary(result, showExtra),
    empty: `Nothing could be forecast.${refused ? ' u shows what has too little history.' : ''}`,
    detail: (id, width) => {
      const finding = byId.get(id);
      return finding ? forecastDetail(finding, { width, ascii, timeZone }) : [];
    },
    ...(explain && {
      pages: {
        explanation: latePage(
          (id) => explain(byId.get(id)!.workload),
          'asking what is behind the idle verdict …',
          (explained, width) => explanationLines(explained, { width, ascii, timeZone }),
        ),
      },
    }),
  };
}

/** A page over another view: the forecast of what is asked about by id. */
export function forecastPageOf(
  ask: (id: string) => Promise<ForecastResult>,
  { ascii, timeZone = Temporal.Now.timeZoneId() }: Pick<ViewOptions, 'ascii' | 'timeZone'>,
): RowPage {
  return latePage(ask, 'forecasting …', ({ findings, model }, width) => [
    ...forecastPage(findings, { width, ascii, timeZone }),
    ...(findings.length === 0
      ? paragraph('It is no longer there.', width)
      : [[], ...paragraph(`model ${model}`, width, { tone: 'dim' })]),
  ]);
}
