/** What `optimize` says beside its table: the sum, what the API server refused, and what was declined. */

import type { DryRunResult } from '../../lib/types/plan.ts';
import { formatCores, formatMebibytes } from '../../lib/types/quantity.ts';
import type { OptimizeResult } from '../../lib/types/result.ts';
import { formatMoney, plural } from './figures.ts';
import { nothingFound } from './notes.ts';

export function optimizeNotes({ plan, namespace, notFound }: OptimizeResult): readonly string[] {
  return [
    ...(plan.recommendations.length > 0 ? [sumNote(plan)] : []),
    // Where a name is missing, the failure that follows says so.
    ...(plan.recommendations.length === 0 && notFound.length === 0 ? [nothingFound('recommendations', namespace)] : []),
    ...emittedNotes(plan),
    ...dryRunNotes(plan.recommendations.map(({ dryRun }) => dryRun)),
    ...(plan.declined.length > 0 ? [`${plural(plan.declined.length, 'change')} declined; the reasons are in -o json`] : []),
  ];
}

function sumNote({ recommendations, savings }: OptimizeResult['plan']): string {
  const { cpuCores, memoryBytes, monthly, priceSource } = savings;
  const freed = `${formatCores(cpuCores)} CPU and ${formatMebibytes(memoryBytes)} memory of requests freed`;
  return `${plural(recommendations.length, 'recommendation')}: ${freed}, ${formatMoney(monthly)} a month at list price (${priceSource}); nothing was changed`;
}

function emittedNotes({ recommendations }: OptimizeResult['plan']): readonly string[] {
  const count = recommendations.filter(({ emitted }) => emitted !== undefined).length;
  if (count === 0) return [];
  return [
    `${plural(count, 'recommendation')} to be carried out where the object is kept: the patch or the values are in -o yaml`,
  ];
}

function dryRunNotes(results: readonly DryRunResult[]): readonly string[] {
  return (['rejected', 'forbidden', 'failed'] as const).flatMap((state) => {
    const reasons = results.flatMap((result) => (result.state === state ? [result.reason] : []));
    const [first, ...others] = new Set(reasons);
    if (first === undefined) return [];
    const more = others.length > 0 ? `; ${plural(others.length, 'more reason')} in -o json` : '';
    return [`Warning: dry-run: ${plural(reasons.length, 'recommendation')} ${state}: ${first}${more}`];
  });
}
