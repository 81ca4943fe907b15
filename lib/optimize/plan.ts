/**
 * The plan: what should change, what it saves and why, and what was declined. Pure: the same look gives the same plan. First
 * form of the engine, by plain named rules; nothing of a plan has been carried out, and no server was asked about it.
 */

import type { IdleFinding } from '../types/idle.ts';
import type { Declined, Plan, Recommendation, RecommendationKind } from '../types/plan.ts';
import { type UsageEvidence, workloadKey } from '../types/usage.ts';
import { type ClusterIdentity, compareTexts, type Workload, workloadOrder } from '../types/workload.ts';
import type { PlanContext } from './context.ts';
import { emittedIfOwned } from './emit/owned.ts';
import { type Rightsizing, rightsize } from './rightsize/recommend.ts';
import { riskOf } from './risk/assess.ts';
import type { Subject } from './risk/subject.ts';
import { scalingObstacle } from './scale-to-zero/obstacles.ts';
import { scaleToZero } from './scale-to-zero/recommend.ts';
import { summed } from './summed.ts';

export interface PlanInput extends PlanContext {
  readonly cluster: ClusterIdentity;
  /** Period and sources that the findings and the usage come from. */
  readonly evidence: Plan['evidence'];
  /** Verdicts, one for each workload at most; a workload without one is only right-sized. */
  readonly findings: readonly IdleFinding[];
  /** Workloads the plan is about. */
  readonly workloads: readonly Workload[];
  /** What may be proposed; absent: everything. */
  readonly kinds?: readonly RecommendationKind[];
  /** By workloadKey. */
  readonly usage: ReadonlyMap<string, Pick<UsageEvidence, 'containers'>>;
}

export function makePlan(input: PlanInput): Plan {
  const findings = new Map(input.findings.map((finding) => [workloadKey(finding.workload), finding]));
  const outcomes = input.workloads.map((workload) => {
    const key = workloadKey(workload.ref);
    const usages = input.usage.get(key)?.containers ?? [];
    const known: Known = { workload, usages, finding: findings.get(key), context: input };
    const { recommendation: proposal, declined } = propose(known, input.kinds);
    return { recommendation: proposal && assessed({ ...known, proposal }), declined };
  });
  const plan = {
    apiVersion: 'upid.dev/v1alpha1',
    kind: 'OptimizationPlan',
    cluster: input.cluster,
    madeAtMs: input.madeAtMs,
    evidence: input.evidence,
    recommendations: outcomes.flatMap(({ recommendation }) => recommendation ?? []).toSorted(byRank),
    declined: outcomes.flatMap(({ declined }) => declined).toSorted(byTarget),
  } as const;
  return summed(plan, input.prices);
}

/** What a proposal is made from. */
type Known = Omit<Subject, 'proposal'>;

/** What is idle goes to zero; only where that is not to be are its requests looked at. */
function propose({ workload, usages, finding, context }: Known, kinds: PlanInput['kinds']): Rightsizing {
  const wants = (kind: RecommendationKind): boolean => kinds?.includes(kind) ?? true;
  const sized = (): Rightsizing => (wants('rightsize') ? rightsize(workload, usages, finding, context) : { declined: [] });
  if (finding === undefined || finding.verdict !== 'idle' || !wants('scale-to-zero')) return sized();
  const obstacle = scalingObstacle(workload, finding, context);
  if (obstacle === undefined) return { recommendation: scaleToZero(workload, finding, context), declined: [] };
  const { recommendation, declined } = sized();
  const kept: readonly Declined[] = declined.some(({ reason }) => reason === obstacle)
    ? []
    : [{ target: workload.ref, resource: 'replicas', reason: obstacle }];
  return { ...(recommendation && { recommendation }), declined: [...kept, ...declined] };
}

/** With its risk, and emitted where somebody else keeps the workload. */
function assessed(subject: Subject): Recommendation {
  return { ...emittedIfOwned(subject.proposal, subject.workload), risk: riskOf(subject) };
}

/** Savings × confidence ÷ risk, largest first. A rule without a measured probability stands with its whole savings; a cost stays one, however safe. */
function byRank(a: Recommendation, b: Recommendation): number {
  return rank(b) - rank(a) || workloadOrder(a.target, b.target);
}

function rank({ savings, confidence = 1, risk }: Recommendation): number {
  const amount = savings.monthly.amount * confidence;
  return amount > 0 ? amount / Math.max(LEAST_RISK, risk.value) : amount;
}

/** Smaller risks are not told apart: their ratio would outweigh any difference in what is saved. */
const LEAST_RISK = 0.02;

function byTarget(a: Declined, b: Declined): number {
  return (
    workloadOrder(a.target, b.target) ||
    compareTexts(a.container ?? '', b.container ?? '') ||
    compareTexts(a.resource ?? '', b.resource ?? '') ||
    compareTexts(a.reason, b.reason)
  );
}
