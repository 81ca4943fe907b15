/** What will be needed: the full-screen view of `kubectl upid forecast`. */

import type { ForecastResult } from '../lib/types/forecast.ts';
import { Browser, type Subject } from './browser.tsx';
import { forecastDetail } from './forecast-detail.ts';
import { FORECAST_COLUMNS, FORECAST_ORDERS, forecastRowId, forecastRows, forecastSummary } from './forecast-rows.ts';
import type { ViewOptions } from './options.ts';
import { showScreen } from './screen.ts';

/** Shows the forecasts until the person quits. Rejects where the terminal cannot be read key by key. */
export async function showForecast(result: ForecastResult, options: ViewOptions): Promise<void> {
  await showScreen(<Browser subject={forecastSubject(result, options)} style={options} now={options.now} />, options);
}

/** The forecast view without the terminal. */
export function forecastSubject(result: ForecastResult, options: Pick<ViewOptions, 'ascii' | 'timeZone'>): Subject {
  const byId = new Map(result.findings.map((finding) => [forecastRowId(finding), finding]));
  const timeZone = options.timeZone ?? Temporal.Now.timeZoneId();
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
      return finding ? forecastDetail(finding, { width, ascii: options.ascii, timeZone }) : [];
    },
  };
}
