/** What should change: the full-screen view of `kubectl upid optimize --dry-run`. It shows; it changes nothing. */

import type { OptimizeResult } from '../lib/types/result.ts';
import type { ListRow } from './browse.ts';
import { Browser, type Subject } from './browser.tsx';
import { declinedDetail, recommendationDetail } from './optimize-detail.ts';
import { OPTIMIZE_COLUMNS, OPTIMIZE_ORDERS, optimizeRows, optimizeSummary, planItems } from './optimize-rows.ts';
import type { ViewOptions } from './options.ts';
import { showScreen } from './screen.ts';
import type { Line } from './text.ts';

/** Shows the plan until the person quits. Rejects where the terminal cannot be read key by key. */
export async function showOptimize(result: OptimizeResult, options: ViewOptions): Promise<void> {
  await showScreen(<Browser subject={optimizeSubject(result, options)} style={options} now={options.now} />, options);
}

/** The optimize view without the terminal. */
export function optimizeSubject(result: OptimizeResult, { ascii }: Pick<ViewOptions, 'ascii'>): Subject {
  const { plan } = result;
  const items = planItems(plan);
  const byId = new Map(items.map((item) => [item.id, item]));
  const rows: readonly ListRow[] = optimizeRows(items);
  const detail = (id: string, width: number): readonly Line[] => {
    const item = byId.get(id);
    if (!item) return [];
    return item.recommendation ? recommendationDetail(item.recommendation, width, ascii) : declinedDetail(item.declined, width);
  };
  return {
    view: 'optimize',
    data: result,
    columns: OPTIMIZE_COLUMNS,
    rows,
    orders: OPTIMIZE_ORDERS,
    showExtra: false,
    summary: ({ showExtra }) => optimizeSummary(plan, showExtra),
    empty: `Nothing to recommend.${plan.declined.length > 0 ? ' d shows what was declined, and why.' : ''}`,
    detail,
  };
}
