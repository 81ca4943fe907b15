/** The question of `optimize schedule`: see the hours, find office hours, and write what keeps to them. Nothing is written to the cluster. */

import { localWeekHours } from '../intelligence/scaling/office-hours.ts';
import { listPrices } from '../money/list-prices.ts';
import { objectionOf, without } from '../optimize/limits.ts';
import { riskOf } from '../optimize/risk/assess.ts';
import { scheduleFor } from '../optimize/schedule/recommend.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../optimize/settings.ts';
import { summed } from '../optimize/summed.ts';
import type { Plan, Recommendation } from '../types/plan.ts';
import type { OptimizeResult } from '../types/result.ts';
import { workloadKey } from '../types/usage.ts';
import { type HoursSeen, seeHours } from './forecast/hours.ts';
import type { OptimizeRequest } from './optimize.ts';

/** Where the server tells none: the one that this program was tested with. */
const KUBECTL_VERSION = 'v1.37.2';

/** @throws UpidError as `seeHours` */
export async function proposeSchedules(request: OptimizeRequest): Promise<OptimizeResult> {
  const seen = await seeHours(request);
  const plan = planOf(seen, request);
  return { ...seen.provenance, plan: without(plan, objectionOf(request.limits ?? {}), listPrices(seen.nodes)) };
}

function planOf({ grid, workloads, hours, nodes, provenance }: HoursSeen, { settings, includeSystem }: OptimizeRequest): Plan {
  const { cluster, observedAtMs, sources } = provenance;
  const { timeZone } = settings.businessHours;
  const prices = listPrices(nodes);
  const context = {
    madeAtMs: observedAtMs,
    limitRanges: [],
    resourceQuotas: [],
    nodes,
    prices,
    settings: { ...DEFAULT_OPTIMIZE_SETTINGS, protectSystem: includeSystem !== true },
    businessHours: settings.businessHours,
  };
  const weekHours = localWeekHours(grid, timeZone);
  const keda = sources.some(({ source, state }) => source === 'scaledobjects' && state === 'used');
  const kubectlVersion = /^v\d+\.\d+\.\d+/.exec(cluster.version ?? '')?.[0] ?? KUBECTL_VERSION;
  const outcomes = workloads.map((workload) => {
    const known = hours.get(workloadKey(workload.ref)) ?? [];
    const { proposal, declined } = scheduleFor({ workload, hours: known, weekHours, timeZone, context, keda, kubectlVersion });
    const recommendation: Recommendation | undefined = proposal && {
      ...proposal,
      risk: riskOf({ proposal, workload, usages: [], finding: undefined, context }),
    };
    return { recommendation, declined };
  });
  const recommendations = outcomes
    .flatMap(({ recommendation }) => recommendation ?? [])
    .toSorted((a, b) => b.savings.monthly.amount - a.savings.monthly.amount);
  const plan = {
    apiVersion: 'upid.dev/v1alpha1',
    kind: 'OptimizationPlan',
    cluster,
    madeAtMs: observedAtMs,
    evidence: {
      fromMs: grid.startMs,
      toMs: observedAtMs,
      sources: [...new Set([...hours.values()].flatMap((each) => each.map(({ source }) => source)))],
    },
    recommendations,
    declined: outcomes.flatMap(({ declined }) => declined),
  } as const;
  return summed(plan, prices);
}
