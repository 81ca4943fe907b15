/** The question of `optimize cost`: propose at every risk, choose the best set under budget and risk limit, and see which nodes come free with it. */

import { type DryRunMode, dryRun } from '../change/dry-run.ts';
import { listPrices } from '../money/list-prices.ts';
import { choose } from '../optimize/choice/choose.ts';
import { summed } from '../optimize/summed.ts';
import type { CostResult, PointName } from '../types/choice.ts';
import type { Recommendation } from '../types/plan.ts';
import { SIZING_RISKS } from '../types/sizing.ts';
import { type Look, look } from './look.ts';
import { planner } from './optimize.ts';
import { effectsOn, withoutNodes } from './packing.ts';
import type { LookRequest, Scope } from './request.ts';

export interface CostRequest extends LookRequest {
  readonly dryRun: DryRunMode;
  /** Price of the requests a month to get under, in the currency of the price list. */
  readonly budget?: number;
  readonly maxRisk: number;
  readonly point: Exclude<PointName, 'budget'>;
}

/** @throws UpidError as `look`; a patch that the server refuses is a state of its recommendation. */
export function chooseByCost(request: CostRequest): Promise<CostResult> {
  return look(request, { sizing: true }, async (seen) => {
    const { progress, signal, budget, maxRisk, point, scope } = request;
    const plans = SIZING_RISKS.map(await planner(seen, request));
    const [first] = plans;
    const prices = listPrices(seen.objects.nodes);
    const unknown = withoutPacking(scope, seen);
    progress({ step: 'choosing' });
    const { choice, recommendations: chosen } = choose({
      recommendations: plans.flatMap(({ recommendations }) => recommendations),
      workloads: seen.workloads,
      prices,
      maxRisk,
      point,
      realisable: unknown === undefined ? realisableOf(seen) : undefined,
      ...(budget !== undefined && { budget }),
    });
    const recommendations = await dryRun(seen.client, chosen, { mode: request.dryRun, signal, progress });
    return {
      ...seen.provenance(),
      plan: summed({ ...first!, recommendations }, prices),
      choice: { ...choice, ...(unknown !== undefined && { withoutNodes: unknown }) },
    };
  });
}

function realisableOf({ objects }: Look) {
  const effects = effectsOn(objects);
  return (recommendations: readonly Recommendation[]) => effects(recommendations).realisable;
}

function withoutPacking({ labelSelector, fieldSelector }: Scope, { objects, provenance }: Look): string | undefined {
  if (labelSelector !== undefined || fieldSelector !== undefined)
    return 'only the pods that were selected were looked at, and others are on the same nodes';
  return withoutNodes(provenance().namespace, objects.nodes.length);
}
