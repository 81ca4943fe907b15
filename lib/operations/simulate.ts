/** The question of `simulate`: look at the cluster as it is, replay its history against a plan, and pack its nodes as they would be. */

import { replayChange } from '../optimize/simulation/replay.ts';
import { UpidError } from '../types/errors.ts';
import type { Plan } from '../types/plan.ts';
import type { NodeEffect, ReplayedChange, SimulationResult } from '../types/simulation.ts';
import { workloadKey } from '../types/usage.ts';
import { type Look, look, NO_EVIDENCE } from './look.ts';
import { effectsOn, withoutNodes } from './packing.ts';
import { readPlanFile } from './plan-file/read.ts';
import type { LookRequest } from './request.ts';

export interface SimulateRequest extends LookRequest {
  /** File of the plan; `-`: standard input. */
  readonly file: string;
  readonly stdin: AsyncIterable<Uint8Array | string>;
}

/** @throws UpidError as `look`; input-invalid for a file that is no plan, or one of another cluster */
export async function simulatePlan(request: SimulateRequest): Promise<SimulationResult> {
  const plan = await readPlanFile(request);
  return look(request, { sizing: true }, async (seen) => {
    requireSameCluster(plan, seen, request.file);
    const changes = replayAll(plan, seen);
    return {
      ...seen.provenance(),
      plan: { madeAtMs: plan.madeAtMs, cluster: plan.cluster, recommendations: plan.recommendations.length },
      changes,
      ...nodesOf(plan, changes, seen),
    };
  });
}

function requireSameCluster(plan: Plan, seen: Look, file: string): void {
  const { cluster } = seen.provenance();
  if (plan.cluster.id === cluster.id) return;
  throw new UpidError(
    'input-invalid',
    `the plan ${file === '-' ? 'from standard input' : file} is of another cluster: ${plan.cluster.context || plan.cluster.server} (${plan.cluster.id}), and this is ${cluster.context} (${cluster.id})`,
    { remedy: 'choose its cluster by --context, or make a new plan' },
  );
}

function replayAll({ recommendations }: Plan, { objects, evidence }: Look): readonly ReplayedChange[] {
  const workloads = new Map(objects.workloads.map((workload) => [workloadKey(workload.ref), workload]));
  return recommendations.map((recommendation) => {
    const key = workloadKey(recommendation.target);
    return replayChange(recommendation, workloads.get(key), evidence.get(key) ?? NO_EVIDENCE);
  });
}

/** What would still be carried out counts for the nodes. */
const CARRIED_OUT: ReadonlySet<ReplayedChange['outcome']> = new Set(['clear', 'exceeded', 'broken', 'unknown']);

function nodesOf(
  { recommendations }: Plan,
  changes: readonly ReplayedChange[],
  { objects, provenance }: Look,
): { readonly nodes: NodeEffect } | { readonly withoutNodes: string } {
  const reason = withoutNodes(provenance().namespace, objects.nodes.length);
  if (reason !== undefined) return { withoutNodes: reason };
  const effects = effectsOn(objects);
  return { nodes: effects(recommendations.filter((_, at) => CARRIED_OUT.has(changes[at]!.outcome))) };
}
