/** What a policy does not let through, and why. */

import { businessSeconds } from '../../intelligence/idle/business-hours.ts';
import type { Recommendation } from '../../types/plan.ts';
import { type Objection, objectionOf } from '../limits.ts';
import type { Policy } from './read.ts';

/**
 * The objection of a policy at an instant, for the recommendations in their order: those that come first use up how many changes
 * a run may make. To be asked once for each of them.
 */
export function policyObjection(policy: Policy, nowMs: number): Objection {
  const limits = objectionOf(policy);
  const open = policy.hours === undefined || businessSeconds(policy.hours, nowMs, nowMs + 1000) > 0;
  let allowed = 0;
  return (recommendation) => {
    const reason =
      whereAndWhat(policy, recommendation) ??
      limits(recommendation) ??
      (open ? undefined : `the policy's hours (${policy.hours?.timeZone}) do not hold now`) ??
      (allowed < policy.maxChanges ? undefined : `the policy allows ${policy.maxChanges} changes in a run`);
    if (reason === undefined) allowed++;
    return reason;
  };
}

function whereAndWhat(policy: Policy, { target, kind, patch }: Recommendation): string | undefined {
  const { namespace } = target;
  if (!policy.namespaces.some((pattern) => covers(pattern, namespace))) return `the policy does not name namespace ${namespace}`;
  if (policy.excludedNamespaces.some((pattern) => covers(pattern, namespace)))
    return `the policy excludes namespace ${namespace}`;
  if (!policy.kinds.includes(kind)) return `the policy does not allow ${kind}`;
  return patch.length === 0 ? 'it is carried out elsewhere' : undefined;
}

function covers(pattern: string, namespace: string): boolean {
  return pattern.endsWith('*') ? namespace.startsWith(pattern.slice(0, -1)) : namespace === pattern;
}
