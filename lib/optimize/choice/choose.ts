/** From proposals to the points that are shown, and the one that becomes the plan. */

import { HOURS_PER_MONTH, pricePerHour } from '../../money/savings.ts';
import type { CostChoice, CostPoint, PointName } from '../../types/choice.ts';
import type { Money, ResourcePrices } from '../../types/money.ts';
import type { Recommendation } from '../../types/plan.ts';
import type { Workload } from '../../types/workload.ts';
import { heldTogether, sumOf } from '../pod-requests.ts';
import { type Front, paretoFront } from './front.ts';
import { leastRisk } from './least-risk.ts';
import { namedPoints } from './named.ts';
import { CENTS, type Choices, choicesOf, RISK_UNITS } from './options.ts';
import { optionsTaken, type Selection } from './selection.ts';

export interface ChoiceInput {
  /** Alternatives for the same workload among them; those that are the same are taken once. */
  readonly recommendations: readonly Recommendation[];
  /** The workloads that the budget is about. */
  readonly workloads: readonly Workload[];
  readonly prices: ResourcePrices;
  /** Price of the requests a month that is to be got under. */
  readonly budget?: number;
  /** Risk from which on a single change is left out, 0–1. */
  readonly maxRisk: number;
  /** Becomes the plan, unless there is a budget. */
  readonly point: Exclude<PointName, 'budget'>;
  /** What falls off the bill with a set of changes; undefined where that cannot be told. */
  readonly realisable: ((recommendations: readonly Recommendation[]) => NonNullable<CostPoint['realisable']>) | undefined;
}

export interface Chosen {
  readonly choice: Omit<CostChoice, 'withoutNodes'>;
  readonly recommendations: readonly Recommendation[];
}

const FRONT_SHOWN = 100;

export function choose(input: ChoiceInput): Chosen {
  const { prices, workloads, maxRisk } = input;
  const choices = choicesOf(distinct(input.recommendations), maxRisk);
  const front = paretoFront(choices.groups);
  const monthlyNow = monthlyOf(workloads, prices);
  const sets: readonly Point[] = [
    ...Object.entries(namedPoints(front.points)).map(([name, selection]) => ({ name: name as PointName, selection, gap: 0 })),
    ...budgetPoint(input, choices, front, monthlyNow),
  ];
  const points = sets.map((point) => costPoint(point, choices, monthlyNow, input));
  const chosen: PointName = input.budget === undefined ? input.point : 'budget';
  const taken = takenOf(sets.find(({ name }) => name === chosen)!.selection, choices);
  const money = moneyOf(prices);
  return {
    recommendations: taken,
    choice: {
      monthlyNow: money(monthlyNow),
      ...(input.budget !== undefined && {
        budget: { monthly: money(input.budget), met: points.at(-1)!.monthlyAfter.amount <= input.budget + 1e-9 },
      }),
      maxRisk,
      chosen,
      points,
      front: thinned(front.points).map(({ cents, risk }) => ({ saved: cents / CENTS, risk: risk / RISK_UNITS })),
      frontPoints: front.points.length,
      frontComplete: front.complete,
      frontGap: money(front.gap / CENTS),
      leftOut: [...Map.groupBy(choices.leftOut, ({ reason }) => reason)].map(([reason, all]) => ({
        reason,
        changes: all.length,
      })),
    },
  };
}

interface Point {
  readonly name: PointName;
  readonly selection: Selection;
  /** Millionths of risk. */
  readonly gap: number;
}

/** The least risky set that gets under the budget; where none does, the one that saves most. */
function budgetPoint({ budget }: ChoiceInput, { groups }: Choices, { points }: Front, monthlyNow: number): readonly Point[] {
  if (budget === undefined) return [];
  const needed = Math.ceil((monthlyNow - budget) * CENTS - 1e-6);
  const found = leastRisk(groups, needed);
  return [{ name: 'budget', selection: found?.selection ?? points.at(-1)!, gap: found?.gap ?? 0 }];
}

function costPoint({ name, selection, gap }: Point, choices: Choices, monthlyNow: number, input: ChoiceInput): CostPoint {
  const money = moneyOf(input.prices);
  const taken = takenOf(selection, choices);
  const saved = selection.cents / CENTS;
  return {
    name,
    changes: taken.length,
    saved: money(saved),
    monthlyAfter: money(Math.max(0, monthlyNow - saved)),
    risk: selection.risk / RISK_UNITS,
    gap: gap / RISK_UNITS,
    ...(input.realisable && { realisable: input.realisable(taken) }),
  };
}

function takenOf(selection: Selection, { groups, recommendations }: Choices): readonly Recommendation[] {
  return optionsTaken(selection, groups.length).flatMap((option, group) => recommendations[group]![option] ?? []);
}

/** Plans made at several risks often agree about a workload. */
function distinct(recommendations: readonly Recommendation[]): readonly Recommendation[] {
  return [...new Map(recommendations.map((each) => [JSON.stringify([each.target, each.patch]), each])).values()];
}

/** List price of all requests of these workloads' pods, a month. */
function monthlyOf(workloads: readonly Workload[], prices: ResourcePrices): number {
  const held = sumOf(workloads.map(heldTogether));
  return Math.round(pricePerHour(held, prices) * HOURS_PER_MONTH * CENTS) / CENTS;
}

function moneyOf({ currency }: ResourcePrices): (amount: number) => Money {
  return (amount) => ({ amount: Math.round(amount * CENTS) / CENTS + 0, currency });
}

/** Evenly, with both ends. */
function thinned(points: readonly Selection[]): readonly Selection[] {
  if (points.length <= FRONT_SHOWN) return points;
  return Array.from({ length: FRONT_SHOWN }, (_, at) => points[Math.round((at * (points.length - 1)) / (FRONT_SHOWN - 1))]!);
}
