/** The question of `optimize`: look, judge, propose, and have the API server try each patch. Nothing is written. */

import { type DryRunMode, dryRun } from '../change/dry-run.ts';
import { loadSizingModel } from '../intelligence/sizing/model.ts';
import { listPrices } from '../money/list-prices.ts';
import { makePlan } from '../optimize/plan.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../optimize/settings.ts';
import type { Plan } from '../types/plan.ts';
import type { OptimizeResult } from '../types/result.ts';
import type { SizingRisk } from '../types/sizing.ts';
import { judgeAll } from './idle.ts';
import { type Look, look } from './look.ts';
import type { LookRequest } from './request.ts';

export interface OptimizeRequest extends LookRequest {
  readonly dryRun: DryRunMode;
  /** How rarely the coming week may exceed what is proposed. */
  readonly risk: SizingRisk;
}

/** @throws UpidError as `look`; a patch that the server refuses is a state of its recommendation. */
export function proposeOptimization(request: OptimizeRequest): Promise<OptimizeResult> {
  return look(request, { sizing: true }, async (seen) => {
    const { progress, signal, risk } = request;
    const plan = await planFor(seen, request, risk);
    const recommendations = await dryRun(seen.client, plan.recommendations, { mode: request.dryRun, signal, progress });
    return { ...seen.provenance(), plan: { ...plan, recommendations } };
  });
}

/** What is proposed for what was seen. */
export async function planFor(seen: Look, request: LookRequest, risk: SizingRisk): Promise<Plan> {
  return makePlan({
    cluster: seen.provenance().cluster,
    madeAtMs: seen.nowMs,
    evidence: evidenceOf(seen),
    findings: judgeAll(seen, request),
    workloads: seen.workloads,
    usage: seen.evidence,
    limitRanges: seen.objects.limitRanges,
    resourceQuotas: seen.objects.resourceQuotas,
    nodes: seen.objects.nodes,
    prices: listPrices(seen.objects.nodes),
    settings: DEFAULT_OPTIMIZE_SETTINGS,
    businessHours: request.settings.businessHours,
    peaks: { model: await loadSizingModel(), risk },
  });
}

/** The longest period that any figure rests on, and the sources that gave figures. */
function evidenceOf({ evidence, nowMs }: Look): Plan['evidence'] {
  const containers = [...evidence.values()].flatMap((each) => each.containers);
  const usage = [...evidence.values()].flatMap((each) => each.usage);
  return {
    fromMs: Math.min(nowMs, ...containers.map(({ fromMs }) => fromMs), ...usage.map(({ grid }) => grid.startMs)),
    toMs: nowMs,
    sources: [...new Set([...usage, ...containers].map(({ source }) => source))],
  };
}
