/** Risk that what is taken for idle is not, or is wanted all the same. */

import { DAY, formatAge } from '../../types/duration.ts';
import type { RiskFactor } from '../../types/plan.ts';
import { byHalving } from './evidence.ts';
import type { Subject } from './subject.ts';
import { WEIGHTS } from './weights.ts';

export function idleness({ proposal, workload, finding, context }: Subject): readonly RiskFactor[] {
  if (proposal.kind !== 'scale-to-zero' || !finding) return [];
  const { confidence, idleSinceMs, lastUsedMs } = finding;
  const sure = Math.min(confidence, WEIGHTS.surest);
  const idleSeconds = idleSinceMs === undefined ? 0 : (context.madeAtMs - idleSinceMs) / 1000;
  const { services, disruptionBudgets } = workload;
  const wanted = disruptionBudgets.find(({ desiredHealthy }) => desiredHealthy > 0);
  return [
    {
      name: 'verdict',
      // What the verdict leaves open takes the place of the base rate.
      logOdds: Math.log((1 - sure) / sure) - WEIGHTS.base,
      evidence: `idle with a confidence of ${Math.floor(confidence * 1000) / 10} %`,
    },
    ...(idleSinceMs === undefined
      ? []
      : [
          {
            name: 'time idle',
            logOdds: byHalving(idleSeconds / DAY, WEIGHTS.idleDays),
            evidence: `quiet for ${formatAge(idleSeconds)}`,
          },
        ]),
    ...(lastUsedMs === undefined
      ? []
      : [
          {
            name: 'used before',
            logOdds: WEIGHTS.usedBefore,
            evidence: `last used ${formatAge((context.madeAtMs - lastUsedMs) / 1000)} ago`,
          },
        ]),
    ...(services.length === 0
      ? []
      : [
          {
            name: 'services',
            logOdds: WEIGHTS.services,
            evidence: `${services.length === 1 ? 'service' : 'services'} ${services.map(({ name }) => name).join(', ')} would answer nobody`,
          },
        ]),
    ...(wanted === undefined
      ? []
      : [
          {
            name: 'wanted up',
            logOdds: WEIGHTS.wantedUp,
            evidence: `PodDisruptionBudget ${wanted.name} wants ${wanted.desiredHealthy} pods healthy`,
          },
        ]),
  ];
}
