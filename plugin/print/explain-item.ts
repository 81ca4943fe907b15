/** An explanation as an item of the list: the fields of an idle finding, each factor with its effect, and what lies around it. */

import type { ExplainResult, Explanation, Keeper, Moment } from '../../lib/types/explanation.ts';
import { factorFields, idleItem } from './idle-item.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';

export function explainItem(explanation: Explanation, result: Pick<ExplainResult, 'observedAtMs' | 'cluster'>): JsonObject {
  const { finding, effects, outlook, leases } = explanation;
  const withoutShare = new Map(effects.map(({ factor, confidenceWithout }) => [factor, confidenceWithout]));
  return withoutAbsent({
    ...idleItem(finding, result),
    factors: finding.factors.map((factor) => ({ ...factorFields(factor), confidenceWithout: withoutShare.get(factor.factor) })),
    confidenceSum: explanation.confidenceSum,
    askedBy: explanation.askedBy,
    keepers: outlook.keepers.map(keeperFields),
    suppositions: outlook.suppositions,
    idleFrom: outlook.idleFrom && momentFields(outlook.idleFrom),
    neverIdle: outlook.neverIdle,
    unmeasured: outlook.unmeasured && momentFields(outlook.unmeasured),
    ownTraffic: explanation.ownTraffic,
    containers: explanation.containers,
    desiredReplicas: explanation.desiredReplicas,
    podStates: explanation.pods.map(({ startedAtMs, lastTermination, ...pod }) => ({
      ...pod,
      startedAt: instant(startedAtMs),
      lastTermination: lastTermination && {
        container: lastTermination.container,
        reason: lastTermination.reason,
        at: instant(lastTermination.atMs),
      },
    })),
    standby: explanation.standby,
    management: explanation.management,
    autoscalers: explanation.autoscalers.map(({ kind, name, minReplicas, maxReplicas, currentReplicas, metrics }) => ({
      kind,
      name,
      minReplicas,
      maxReplicas,
      currentReplicas,
      metrics: metrics.map((metric) => metric.name),
    })),
    disruptionBudgets: explanation.disruptionBudgets.map(({ name, minAvailable, maxUnavailable, desiredHealthy }) => ({
      name,
      minAvailable,
      maxUnavailable,
      desiredHealthy,
    })),
    leases: leases.map(({ name, holder, renewedAt, durationSeconds }) => ({
      name,
      holder,
      renewedAt: renewedAt === undefined ? undefined : instant(renewedAt),
      durationSeconds,
    })),
    services: explanation.services.map(({ name, type }) => ({ name, type })),
    routes: explanation.routes,
  }) as JsonObject;
}

function keeperFields({ lastMs, quietFromMs, ...keeper }: Keeper): object {
  return {
    ...keeper,
    last: lastMs === undefined ? undefined : instant(lastMs),
    quietFrom: quietFromMs === undefined ? undefined : instant(quietFromMs),
  };
}

function momentFields({ atMs, ...moment }: Moment): object {
  return { at: instant(atMs), ...moment };
}
