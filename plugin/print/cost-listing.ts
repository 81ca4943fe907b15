/** `kubectl upid optimize cost`: the plan that was chosen, with the points it was chosen from. */

import type { CostChoice, CostPoint, CostResult } from '../../lib/types/choice.ts';
import type { Recommendation } from '../../lib/types/plan.ts';
import { formatMoney, orUnknown, plural } from './figures.ts';
import { type JsonObject, withoutAbsent } from './item.ts';
import type { Column, Listing } from './listing.ts';
import { optimizeListing } from './optimize-listing.ts';

/** The plan as `optimize` prints it, so that apply takes it; the choice stands in its metadata. */
export function costListing(result: CostResult): Listing<Recommendation> {
  const plan = optimizeListing(result);
  return {
    ...plan,
    list: (items) => {
      const list = plan.list(items);
      return { ...list, metadata: { ...(list.metadata as JsonObject), choice: choiceFields(result.choice) } };
    },
  };
}

export function pointListing({ points }: CostChoice): Listing<CostPoint> {
  return {
    columns: POINT_COLUMNS,
    rows: points.map((value) => ({ value, item: pointFields(value) })),
    list: (items) => ({ items }),
    name: ({ name }) => name,
    csvColumns: [],
  };
}

const POINT_COLUMNS: readonly Column<CostPoint>[] = [
  { heading: 'POINT', cell: ({ name }) => name, sortKey: ({ name }) => name },
  { heading: 'CHANGES', cell: ({ changes }) => String(changes), sortKey: ({ changes }) => changes },
  { heading: 'SAVES-MONTHLY', cell: ({ saved }) => formatMoney(saved), sortKey: ({ saved }) => saved.amount },
  {
    heading: 'COST-AFTER',
    cell: ({ monthlyAfter }) => formatMoney(monthlyAfter),
    sortKey: ({ monthlyAfter }) => monthlyAfter.amount,
  },
  { heading: 'RISK-SUM', cell: ({ risk }) => risk.toFixed(2), sortKey: ({ risk }) => risk },
  {
    heading: 'OFF-THE-BILL',
    cell: ({ realisable }) => orUnknown(realisable, ({ nodes, monthly }) => `${formatMoney(monthly)} (${plural(nodes, 'node')})`),
    sortKey: ({ realisable }) => realisable?.monthly.amount,
  },
  { heading: 'GAP', cell: ({ gap }) => (gap === 0 ? '0' : gap.toFixed(4)), sortKey: ({ gap }) => gap },
];

function pointFields({ saved, monthlyAfter, realisable, ...point }: CostPoint): JsonObject {
  return withoutAbsent({
    ...point,
    savedMonthlyAmount: saved.amount,
    monthlyAmountAfter: monthlyAfter.amount,
    realisableNodes: realisable?.nodes,
    realisableMonthlyAmount: realisable?.monthly.amount,
  }) as JsonObject;
}

function choiceFields({ monthlyNow, budget, points, front, frontGap, ...choice }: CostChoice): JsonObject {
  return withoutAbsent({
    ...choice,
    monthlyAmountNow: monthlyNow.amount,
    budgetMonthlyAmount: budget?.monthly.amount,
    budgetMet: budget?.met,
    points: points.map(pointFields),
    front: front.map(({ saved, risk }) => ({ savedMonthlyAmount: saved, risk })),
    frontGapAmount: frontGap.amount,
  }) as JsonObject;
}

export function costNotes({ choice }: CostResult): readonly string[] {
  const { monthlyNow, budget, points, chosen, frontPoints, frontComplete, frontGap, leftOut } = choice;
  const point = points.find(({ name }) => name === chosen);
  const front = frontComplete
    ? `complete: ${plural(frontPoints, 'set')}, proved`
    : `its ${frontPoints} extreme sets, each proved; between two of them ${formatMoney(frontGap)} more may be saved than by the lower`;
  return [
    `Requests cost ${formatMoney(monthlyNow)} a month at list price; chosen: ${chosen}; nothing was changed`,
    ...(budget && !budget.met && point
      ? [
          `Warning: ${formatMoney(budget.monthly)} a month cannot be met: with all changes that save, ${formatMoney(point.monthlyAfter)} is left`,
        ]
      : []),
    `Pareto front of savings and risk, ${front}`,
    ...leftOut.map(({ reason, changes }) => `${plural(changes, 'change')} left out: ${reason}`),
    ...(choice.withoutNodes === undefined ? [] : [`Warning: what falls off the bill is not known: ${choice.withoutNodes}`]),
  ];
}
