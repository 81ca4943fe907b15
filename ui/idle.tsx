/** What is idle: the full-screen view of `kubectl upid idle`. */

import type { ExplainResult } from '../lib/types/explanation.ts';
import type { ForecastResult } from '../lib/types/forecast.ts';
import type { IdleFinding } from '../lib/types/idle.ts';
import type { IdleResult } from '../lib/types/result.ts';
import type { ObjectReference } from '../lib/types/workload.ts';
import { Browser, type Subject } from './browser.tsx';
import { explanationLines } from './explanation-lines.ts';
import { formatPercent } from './figures.ts';
import { forecastPageOf } from './forecast.tsx';
import { idleDetail } from './idle-detail.ts';
import { IDLE_COLUMNS, IDLE_ORDERS, idleRowId, idleRows, idleSummary } from './idle-rows.ts';
import type { ViewOptions } from './options.ts';
import { showScreen } from './screen.ts';

export interface IdleViewOptions extends ViewOptions {
  /** From which an idle workload is listed, 0–1. */
  readonly confidence: number;
  /** Whether unknown verdicts are listed at the start; a key toggles it. */
  readonly includeUnknown: boolean;
  /** Everything behind a finding; asked when the person wants it. */
  readonly explain?: (finding: IdleFinding) => ExplainResult;
  /** What a workload will need; asked when the person wants it. */
  readonly forecast?: (workload: ObjectReference) => Promise<ForecastResult>;
}

/** Shows the findings until the person quits. Rejects where the terminal cannot be read key by key. */
export async function showIdle(result: IdleResult, options: IdleViewOptions): Promise<void> {
  await showScreen(<Browser subject={idleSubject(result, options)} style={options} now={options.now} />, options);
}

/** The idle view without the terminal. */
export function idleSubject(result: IdleResult, options: Omit<IdleViewOptions, 'stdin' | 'stdout' | 'now'>): Subject {
  const byId = new Map(result.findings.map((finding) => [idleRowId(finding), finding]));
  const explanations = new Map<string, ExplainResult>();
  const explain = (id: string): ExplainResult | undefined => {
    const finding = byId.get(id);
    // Asked once: it takes a moment, and a screen is drawn at every key.
    if (finding && options.explain && !explanations.has(id)) explanations.set(id, options.explain(finding));
    return explanations.get(id);
  };
  const { forecast } = options;
  const context = { ascii: options.ascii, observedAtMs: result.observedAtMs, timeZone: options.timeZone };
  return {
    view: 'idle',
    data: result,
    columns: IDLE_COLUMNS,
    rows: idleRows(result, options.confidence),
    orders: IDLE_ORDERS,
    showExtra: options.includeUnknown,
    summary: ({ showExtra }) => idleSummary(result, options.confidence, showExtra),
    empty: emptyText(result, options.confidence),
    detail: (id, width) => {
      const finding = byId.get(id);
      return finding ? idleDetail(finding, { ...context, width }) : [];
    },
    pages: {
      explanation: {
        lines: (id, width) => {
          const explained = explain(id);
          return explained ? explanationLines(explained, { ...context, width }) : [];
        },
      },
      ...(forecast && { forecast: forecastPageOf((id) => forecast(byId.get(id)!.workload), options) }),
    },
  };
}

function emptyText(result: IdleResult, confidence: number): string {
  if (result.findings.length === 0)
    return `No workloads found in ${result.namespace === '' ? 'any namespace' : `namespace ${result.namespace}`}.`;
  const unknown = result.findings.some(({ verdict }) => verdict === 'unknown') ? ' Some are unknown: u shows them.' : '';
  return `Nothing is idle with at least ${formatPercent(confidence)} confidence.${unknown}`;
}
