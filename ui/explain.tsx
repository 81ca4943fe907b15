/** Everything behind a verdict: the full-screen view of `kubectl upid explain`. */

import type { ExplainResult } from '../lib/types/explanation.ts';
import type { ForecastResult } from '../lib/types/forecast.ts';
import { explanationLines } from './explanation-lines.ts';
import { forecastPageOf } from './forecast.tsx';
import { shortName } from './names.ts';
import type { ViewOptions } from './options.ts';
import { Page, type PageSubject } from './page.tsx';
import { showScreen } from './screen.ts';

export interface ExplainViewOptions extends ViewOptions {
  /** What the explained workloads will need; asked when the person wants it. */
  readonly forecast?: () => Promise<ForecastResult>;
}

/** Shows the explanations until the person quits. Rejects where the terminal cannot be read key by key. */
export async function showExplain(result: ExplainResult, options: ExplainViewOptions): Promise<void> {
  await showScreen(<Page subject={explainSubject(result, options)} style={options} now={options.now} />, options);
}

/** The view without the terminal. */
export function explainSubject(
  result: ExplainResult,
  { ascii, timeZone, forecast }: Pick<ExplainViewOptions, 'ascii' | 'timeZone' | 'forecast'>,
): PageSubject {
  return {
    view: 'explain',
    data: result,
    title:
      result.explanations.map(({ finding }) => `${shortName(finding.workload)} ${finding.verdict}`).join(', ') ||
      'nothing was found',
    lines: (width) => explanationLines(result, { width, ascii, timeZone }),
    ...(forecast && { forecast: forecastPageOf(forecast, { ascii, ...(timeZone !== undefined && { timeZone }) }) }),
  };
}
