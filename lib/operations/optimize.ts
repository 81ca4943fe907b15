/** The question of `optimize`: look, judge, propose, and have the API server try each patch. Nothing is written. */

import { type DryRunMode, dryRun } from '../change/dry-run.ts';
import { loadSizingModel } from '../intelligence/sizing/model.ts';
import { listPrices } from '../money/list-prices.ts';
import { type Limits, type Objection, objectionOf, without } from '../optimize/limits.ts';
import { makePlan } from '../optimize/plan.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../optimize/settings.ts';
import type { Plan, RecommendationKind } from '../types/plan.ts';
import type { OptimizeResult } from '../types/result.ts';
import type { SizingRisk } from '../types/sizing.ts';
import { judgeAll } from './idle.ts';
import { type Look, look } from './look.ts';
import type { LookRequest } from './request.ts';

export interface OptimizeRequest extends LookRequest {
  readonly dryRun: DryRunMode;
  /** How rarely the coming week may exceed what is proposed. */
  readonly risk: SizingRisk;
  /** What is asked about; absent: everything. */
  readonly kinds?: readonly RecommendationKind[];
  readonly limits?: Limits;
  /** Whether what keeps the cluster running is proposed to be changed too. */
  readonly includeSystem?: boolean;
  /** A file that says what may be done without asking, and the zone of its hours. */
  readonly policy?: { readonly file: string; readonly timeZone: string };
}

/** @throws UpidError as `look`; a patch that the server refuses is a state of its recommendation. */
export async function proposeOptimization(request: OptimizeRequest): Promise<OptimizeResult> {
  const policy = request.policy && (await policyOf(request.policy));
  return await look(request, { sizing: true }, async (seen) => {
    const { progress, signal, risk } = request;
    const prices = listPrices(seen.objects.nodes);
    const planFor = await planner(seen, request);
    const wanted = without(planFor(risk), objectionOf(request.limits ?? {}), prices);
    // Hours are those of the person's clock, also where the cluster that is looked at is simulated.
    const plan = policy ? without(wanted, policy(request.runtime.now()), prices) : wanted;
    const recommendations = await dryRun(seen.client, plan.recommendations, { mode: request.dryRun, signal, progress });
    return { ...seen.provenance(), plan: { ...plan, recommendations } };
  });
}

/** What is proposed for what was seen, at any risk; what does not depend on the risk is found once. */
export async function planner(
  seen: Look,
  request: LookRequest & Pick<OptimizeRequest, 'kinds' | 'includeSystem'>,
): Promise<(risk: SizingRisk) => Plan> {
  const model = await loadSizingModel();
  const input = {
    ...(request.kinds && { kinds: request.kinds }),
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
    settings: { ...DEFAULT_OPTIMIZE_SETTINGS, protectSystem: request.includeSystem !== true },
    businessHours: request.settings.businessHours,
  };
  return (risk) => makePlan({ ...input, peaks: { model, risk } });
}

/** What a policy objects to at an instant. @throws UpidError input-invalid */
async function policyOf({ file, timeZone }: NonNullable<OptimizeRequest['policy']>): Promise<(nowMs: number) => Objection> {
  const { readPolicyFile } = await import('./policy.ts');
  return await readPolicyFile(file, timeZone);
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
