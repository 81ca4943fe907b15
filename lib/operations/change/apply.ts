/** The questions of `apply` and `optimize --apply`: what of a plan is carried out, and what becomes of it. */

import { applyStep } from '../../change/apply-step.ts';
import { type Candidate, preflight } from '../../change/preflight.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../../optimize/settings.ts';
import type { Untouched } from '../../types/change.ts';
import { UpidError } from '../../types/errors.ts';
import { LOW_RISK, type Plan, type Recommendation } from '../../types/plan.ts';
import { readPlanFile } from '../plan-file/read.ts';
import type { CarryingOptions, ChangeResult } from './result.ts';
import {
  agree,
  alone,
  type ChangeRequest,
  carry,
  newId,
  requireAll,
  type Session,
  untouchedObject,
  withSession,
  wouldBe,
} from './session.ts';

export interface ApplyFileRequest extends ChangeRequest, CarryingOptions {
  /** File of the plan; `-`: standard input. */
  readonly file: string;
  readonly stdin: AsyncIterable<Uint8Array | string>;
}

/** @throws UpidError input-invalid for a file that is no plan, and as `applyPlan` */
export async function applyFile(request: ApplyFileRequest): Promise<ChangeResult> {
  return applyPlan(await readPlanFile(request), request);
}

/**
 * Carries out the recommendations of a plan that have a patch.
 * @throws UpidError change-refused where nothing was written: another cluster, nobody agreed, or --atomic; change-running; journal-unwritable
 */
export function applyPlan(
  plan: Pick<Plan, 'cluster' | 'recommendations'>,
  request: ChangeRequest & CarryingOptions,
): Promise<ChangeResult> {
  return withSession(request, async (session) => {
    requireSameCluster(plan, session);
    const { dryRun, runtime } = request;
    if (dryRun !== 'none') return await tryPlan(session, plan, request);
    return await alone(session, 'apply', runtime, () => carryPlan(session, plan, request));
  });
}

function requireSameCluster({ cluster }: Pick<Plan, 'cluster'>, session: Session): void {
  if (cluster.id === session.cluster.id) return;
  throw new UpidError(
    'change-refused',
    `the plan is of another cluster: ${cluster.context || cluster.server} (${cluster.id}), and this is ${session.cluster.context} (${session.cluster.id})`,
    { remedy: 'choose its cluster by --context, or make a new plan' },
  );
}

async function tryPlan(
  session: Session,
  { recommendations }: Pick<Plan, 'recommendations'>,
  request: ChangeRequest & CarryingOptions,
): Promise<ChangeResult> {
  const { skipped, chosen } = selected(recommendations, request);
  const dryRun = request.dryRun === 'server' ? 'server' : 'client';
  const candidates = candidatesOf(chosen, newId(request.runtime), request);
  const checked = await preflight(session.client, candidates, { ...request, dryRun: dryRun === 'server' ? 'server' : 'none' });
  requireAll(checked.untouched, request);
  const objects = [...wouldBe(checked, dryRun), ...[...checked.untouched, ...skipped].map(untouchedObject)];
  return { cluster: session.cluster, action: 'apply', dryRun, changes: [], objects };
}

async function carryPlan(
  session: Session,
  { recommendations }: Pick<Plan, 'recommendations'>,
  request: ChangeRequest & CarryingOptions,
): Promise<ChangeResult> {
  const { skipped, chosen } = selected(recommendations, request);
  const id = newId(request.runtime);
  const preflighted = await preflight(session.client, candidatesOf(chosen, id, request), { ...request, dryRun: 'server' });
  const untouched = [...preflighted.untouched, ...skipped];
  requireAll(untouched, request);
  const result = { cluster: session.cluster, action: 'apply', dryRun: 'none' } as const;
  if (preflighted.steps.length === 0) return { ...result, changes: [], objects: untouched.map(untouchedObject) };
  await agree(preflighted, request);
  const done = await carry(session, { action: 'apply', id, preflighted }, request, request);
  return { ...result, changes: [id], objects: [...done, ...untouched.map(untouchedObject)] };
}

function candidatesOf(
  chosen: readonly Recommendation[],
  change: string,
  { runtime, version }: ChangeRequest,
): readonly Candidate[] {
  const context = { change, at: new Date(runtime.now()).toISOString(), version };
  return chosen.map((recommendation) => ({
    target: recommendation.target,
    kind: recommendation.kind,
    plan: (object, resource) => applyStep(recommendation, object, resource, context),
  }));
}

/** What of a plan is to be carried out; what is not is named with its reason. */
function selected(
  recommendations: readonly Recommendation[],
  { force }: Pick<CarryingOptions, 'force'>,
): { readonly chosen: readonly Recommendation[]; readonly skipped: readonly Untouched[] } {
  const skipped = recommendations.flatMap((each) => {
    const why = reasonToLeave(each, force);
    return why === undefined ? [] : [{ target: each.target, kind: each.kind, ...why }];
  });
  return { skipped, chosen: recommendations.filter((each) => reasonToLeave(each, force) === undefined) };
}

function reasonToLeave(
  { target, patch, emitted, risk, reason }: Recommendation,
  force: boolean,
): Pick<Untouched, 'state' | 'reason' | 'text'> | undefined {
  if (emitted !== undefined)
    return { state: 'skipped', reason: `it is kept elsewhere; carry it out in ${emitted.destination}`, text: emitted.text };
  if (patch.length === 0) return { state: 'skipped', reason: `nothing is written to the cluster: ${reason}` };
  if (DEFAULT_OPTIMIZE_SETTINGS.systemNamespaces.includes(target.namespace))
    return { state: 'refused', reason: `namespace ${target.namespace} is protected` };
  if (!force && risk.value >= LOW_RISK) {
    const [first] = risk.factors;
    return {
      state: 'skipped',
      reason: `its risk is ${Math.round(risk.value * 100)} %${first === undefined ? '' : ` (${first.name})`}: only with --force`,
    };
  }
  return undefined;
}
