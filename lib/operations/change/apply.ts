/** The questions of `apply` and `optimize --apply`: what of a plan is carried out, and what becomes of it. */

import { applyStep } from '../../change/apply-step.ts';
import { newChangeId } from '../../change/journal/journal.ts';
import type { Candidate } from '../../change/preflight.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../../optimize/settings.ts';
import type { Untouched } from '../../types/change.ts';
import { UpidError } from '../../types/errors.ts';
import { LOW_RISK, type Plan, type Recommendation } from '../../types/plan.ts';
import { readPlanFile } from '../plan-file/read.ts';
import type { CarryingOptions, ChangeResult } from './result.ts';
import { alone, type ChangeRequest, check, perform, requireAll, type Session, untouchedObject, withSession } from './session.ts';

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
    return await alone(session, 'apply', request, () => carryPlan(session, plan, request));
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

async function carryPlan(
  session: Session,
  { recommendations }: Pick<Plan, 'recommendations'>,
  request: ChangeRequest & CarryingOptions,
): Promise<ChangeResult> {
  const { skipped, chosen } = selected(recommendations, request);
  const id = newChangeId(request.runtime);
  const preflighted = await check(session, candidatesOf(chosen, id, request), request);
  const untouched = [...preflighted.untouched, ...skipped];
  // A dry-run tells of what is protected without being refused for it.
  requireAll(request.dryRun === 'none' ? untouched : preflighted.untouched, request);
  const { changes, objects } = await perform(session, { action: 'apply', id, preflighted }, request);
  return {
    cluster: session.cluster,
    action: 'apply',
    dryRun: request.dryRun,
    changes,
    objects: [...objects, ...untouched.map(untouchedObject)],
  };
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
