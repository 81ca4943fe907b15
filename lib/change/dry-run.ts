/**
 * Asks the API server whether it would take each patch of a plan. Admission, validation and rights are passed as for a real
 * change; nothing is stored: every request carries `dryRun=All`.
 */

import type { KubeClient } from '../kube/client.ts';
import { StatusError } from '../kube/status-error.ts';
import { UpidError } from '../types/errors.ts';
import type { DryRunResult, JsonPatchOperation, Recommendation } from '../types/plan.ts';
import { formatRight, type Right } from '../types/right.ts';
import type { ReportProgress } from '../types/source.ts';
import { objectPath, patchRight, ResourceIndex, type ServedResource } from './resource-path.ts';
import { holds, spoken, valueAt } from './values.ts';

/** Name under which the server notes who owns a field. */
export const FIELD_MANAGER = 'kubectl-upid';

/** `client` and `none`: no request is made. */
export type DryRunMode = 'server' | 'client' | 'none';

export interface DryRunOptions {
  readonly mode: DryRunMode;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
  /** Patches at a time; each passes every admission webhook of the cluster, so that few are enough. */
  readonly concurrency?: number;
}

const CONCURRENCY = 4;

/**
 * The recommendations in their order, each with the server's answer. A patch that is refused, or an answer that does not
 * come, is a state of its recommendation and never an error.
 * @throws UpidError cancelled
 */
export async function dryRun(
  client: KubeClient,
  recommendations: readonly Recommendation[],
  { mode, signal, progress, concurrency = CONCURRENCY }: DryRunOptions,
): Promise<readonly Recommendation[]> {
  if (mode !== 'server') {
    const result: DryRunResult = { state: 'not-asked', reason: `--dry-run=${mode}: the API server was not asked` };
    return recommendations.map((each) => (each.patch.length === 0 ? each : { ...each, dryRun: result }));
  }
  const index = new ResourceIndex(client, signal);
  const answers: Recommendation[] = [];
  let next = 0;
  let done = 0;
  const work = async (): Promise<void> => {
    while (next < recommendations.length) {
      const at = next++;
      const recommendation = recommendations[at]!;
      // What is carried out elsewhere is not for this server to judge.
      const isAsked = recommendation.patch.length > 0;
      answers[at] = isAsked ? { ...recommendation, dryRun: await ask(client, recommendation, index, signal) } : recommendation;
      progress({ step: 'dry-run', done: ++done, of: recommendations.length });
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, recommendations.length) }, work));
  return answers;
}

async function ask(
  client: KubeClient,
  { target, patch }: Recommendation,
  index: ResourceIndex,
  signal: AbortSignal,
): Promise<DryRunResult> {
  let resource: ServedResource | undefined;
  try {
    resource = await index.find(target);
    const answer = await client.send('PATCH', objectPath(target, resource), patch, {
      source: 'dry-run',
      query: { dryRun: 'All', fieldManager: FIELD_MANAGER },
      contentType: 'application/json-patch+json',
      signal,
    });
    return answerTo(patch, answer);
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    return refusal(error, resource && patchRight(target, resource));
  }
}

/** The server answers with the object as it would be; a webhook may have put other values into it. */
export function answerTo(patch: readonly JsonPatchOperation[], answer: unknown): DryRunResult {
  for (const operation of patch) {
    if (operation.op !== 'add' && operation.op !== 'replace') continue;
    const would = valueAt(answer, operation.path);
    if (!holds(would, operation.value)) {
      return {
        state: 'rejected',
        reason: `the server would store ${spoken(would)} at ${operation.path} instead of ${JSON.stringify(operation.value)}: an admission webhook or controller changes it`,
      };
    }
  }
  return { state: 'accepted' };
}

/** `right`: the right that the patch takes; undefined where it was not even found out where to send it. */
function refusal(error: UpidError, right: Right | undefined): DryRunResult {
  if (right === undefined) return { state: 'failed', reason: error.message };
  const status = error instanceof StatusError ? error.status : undefined;
  // Quotas, policies and webhooks answer 403 as well; only what the authorizer says is a missing right.
  if (error.id === 'forbidden' && /cannot patch resource/.test(error.message)) {
    return { state: 'forbidden', reason: `no right to ${formatRight(right)}` };
  }
  // A webhook that has side effects is not called in a dry-run: nothing was said about the patch itself.
  if (/does not support dry ?run/i.test(error.message)) return { state: 'failed', reason: error.message };
  const refused = status !== undefined && status >= 400 && status < 500 && !UNDECIDED.has(status);
  return { state: refused ? 'rejected' : 'failed', reason: error.message };
}

/** Not logged in, too slow, too many: nothing was said about the patch. */
const UNDECIDED: ReadonlySet<number> = new Set([401, 408, 429]);
