/** A plan's recommendations, and what was declined, as rows of a list. */

import {
  type Declined,
  type DryRunResult,
  type Plan,
  type Recommendation,
  type RiskLevel,
  riskLevel,
  type Savings,
} from '../lib/types/plan.ts';
import { formatCores, formatMebibytes } from '../lib/types/quantity.ts';
import { workloadKey } from '../lib/types/usage.ts';
import { objectName } from '../lib/types/workload.ts';
import type { ListRow } from './browse.ts';
import type { Column } from './columns.ts';
import { formatMoney, formatPercent, MISSING, orMissing } from './figures.ts';
import { shortName } from './names.ts';
import type { SortOrder } from './sort.ts';
import type { Segment, Tone } from './text.ts';

export const OPTIMIZE_COLUMNS: readonly Column[] = [
  { heading: 'KIND', short: 'KIND', align: 'left' },
  { heading: 'NAMESPACE', short: 'NAMESPACE', align: 'left', shrinksTo: 9 },
  { heading: 'NAME', short: 'NAME', align: 'left', shrinksTo: 14 },
  { heading: 'SAVES-CPU', short: 'CPU', align: 'right', dropped: 1 },
  { heading: 'SAVES-MEMORY', short: 'MEM', align: 'right', dropped: 2 },
  { heading: 'SAVES-MONTHLY', short: 'MONTHLY', align: 'right' },
  { heading: 'CONFIDENCE', short: 'CONF', align: 'right' },
  { heading: 'RISK', short: 'RISK', align: 'left' },
  { heading: 'DRY-RUN', short: 'DRY-RUN', align: 'left' },
];

export const OPTIMIZE_ORDERS: readonly SortOrder[] = [
  { name: 'rank', descending: false },
  { name: 'savings', descending: true },
  { name: 'risk', descending: false },
  { name: 'confidence', descending: true },
  { name: 'namespace', descending: false },
  { name: 'name', descending: false },
  { name: 'kind', descending: false },
];

const RISK_TONES: Readonly<Record<RiskLevel, Tone>> = { low: 'good', medium: 'warning', high: 'bad' };

const DRY_RUN_TONES: Readonly<Record<DryRunResult['state'], Tone>> = {
  accepted: 'good',
  rejected: 'bad',
  forbidden: 'warning',
  failed: 'bad',
  'not-asked': 'dim',
};

export type PlanItem =
  | { readonly id: string; readonly recommendation: Recommendation; readonly declined?: undefined }
  | { readonly id: string; readonly declined: Declined; readonly recommendation?: undefined };

/** Recommendations and declined ones under ids of their own: a workload can have several of each. */
export function planItems(plan: Plan): PlanItem[] {
  return [
    ...plan.recommendations.map((recommendation, at) => ({
      id: `${workloadKey(recommendation.target)}/${recommendation.kind}/${at}`,
      recommendation,
    })),
    ...plan.declined.map((declined, at) => ({ id: `${workloadKey(declined.target)}/declined/${at}`, declined })),
  ];
}

export function optimizeRows(items: readonly PlanItem[]): ListRow[] {
  return items.map((item, rank) =>
    item.recommendation ? recommendationRow(item.id, item.recommendation, rank) : declinedRow(item.id, item.declined),
  );
}

function recommendationRow(id: string, recommendation: Recommendation, rank: number): ListRow {
  const { kind, target, savings, confidence, risk } = recommendation;
  return {
    ...rowBase(id, kind, target),
    cells: [
      { text: kind },
      { text: target.namespace },
      { text: shortName(target) },
      { text: formatCores(savings.cpuCores) },
      { text: formatMebibytes(savings.memoryBytes) },
      { text: formatMoney(savings.monthly) },
      { text: orMissing(confidence, formatPercent) },
      riskSegment(risk.value),
      answerSegment(recommendation),
    ],
    extra: false,
    sort: {
      rank: [rank],
      savings: [savings.monthly.amount],
      risk: [risk.value],
      confidence: [confidence],
      namespace: [target.namespace, target.name],
      name: [target.name],
      kind: [kind, target.namespace, target.name],
    },
  };
}

function declinedRow(id: string, { target, container, resource }: Declined): ListRow {
  const part = [container, resource].filter(Boolean).join(' ');
  const none: Segment = { text: MISSING };
  return {
    ...rowBase(id, 'declined', target),
    cells: [
      { text: 'declined', tone: 'warning' },
      { text: target.namespace },
      { text: part === '' ? shortName(target) : `${shortName(target)} ${part}` },
      none,
      none,
      none,
      none,
      none,
      none,
    ],
    extra: true,
    sort: {
      rank: [undefined],
      savings: [undefined],
      risk: [undefined],
      confidence: [undefined],
      namespace: [target.namespace, target.name],
      name: [target.name],
      kind: ['declined', target.namespace, target.name],
    },
  };
}

function rowBase(id: string, kind: string, target: Recommendation['target']): Pick<ListRow, 'id' | 'search'> {
  return { id, search: `${kind} ${target.namespace} ${objectName(target)} ${shortName(target)}`.toLowerCase() };
}

export function riskSegment(risk: number): Segment {
  return { text: riskLevel(risk), tone: RISK_TONES[riskLevel(risk)] };
}

/** What is carried out elsewhere was not asked about. */
function answerSegment({ emitted, dryRun }: Recommendation): Segment {
  return emitted === undefined ? dryRunSegment(dryRun) : { text: 'emit', tone: 'accent' };
}

export function dryRunSegment(dryRun: DryRunResult): Segment {
  return { text: dryRun.state, tone: DRY_RUN_TONES[dryRun.state] };
}

/** `12 recommendations save 3400m CPU, 7Gi memory, 81.20 USD a month, 9 declined hidden`. */
export function optimizeSummary(plan: Plan, showDeclined: boolean): string {
  const { recommendations, declined, savings } = plan;
  const count = `${recommendations.length} ${recommendations.length === 1 ? 'recommendation' : 'recommendations'}`;
  const saved = recommendations.length === 0 ? '' : `: ${formatSavings(savings)}`;
  return `${count}${saved}${declined.length > 0 ? `, ${declined.length} declined${showDeclined ? '' : ' hidden'}` : ''}`;
}

export function formatSavings({ cpuCores, memoryBytes, monthly }: Savings): string {
  return `${formatCores(cpuCores)} CPU, ${formatMebibytes(memoryBytes)}, ${formatMoney(monthly)} a month`;
}
