/** What keeps a verdict from being given, each with the way to get it. */

import { formatAge } from '../../types/duration.ts';
import type { Factor, FactorName, MissingEvidence } from '../../types/idle.ts';
import { coveredSeconds } from '../evidence/timeline.ts';
import type { IdleContext, Signals } from './signals.ts';
import { unreadStandby } from './standby-unread.ts';

/** Less of the window than this measured is not enough to call anything idle: what happened in the holes is not known. */
const LEAST_COVERAGE = 0.75;

const HISTORY_REMEDY = 'point --prometheus-url to a Prometheus that scrapes the kubelets, or let history gather by repeated runs';

/** Evidence that an idle verdict needs and that is not there: CPU, and network or requests, over the window and a business day; what would tell a standby. */
export function missingEvidence(factors: readonly Factor[], signals: Signals, context: IdleContext): readonly MissingEvidence[] {
  const by = (name: FactorName): Factor => factors.find((factor) => factor.factor === name)!;
  const missing: MissingEvidence[] = [];
  if (by('cpu').state !== 'supports') missing.push({ what: by('cpu').evidence, remedy: HISTORY_REMEDY });
  const seen = by('network').state === 'supports' || (by('requests').state === 'supports' && by('requests').unit === 'requests');
  if (!seen) missing.push({ what: by('network').evidence, remedy: networkRemedy(signals) });
  else if (by('requests').state === 'unknown') missing.push({ what: by('requests').evidence, remedy: HISTORY_REMEDY });
  if (missing.length > 0) return missing;
  const hole = windowHole(signals, context);
  if (hole) return [hole];
  if (by('business-hours').state === 'unknown') {
    return [
      {
        what: `business hours: ${by('business-hours').evidence}`,
        remedy: 'ask again after a business day, or set --business-hours',
      },
    ];
  }
  return unreadStandby(signals, context);
}

function networkRemedy({ pods }: Signals): string {
  if (pods.some((pod) => pod.hostNetwork))
    return 'count its requests: an ingress or mesh counter, or the app’s own http_requests_total, in Prometheus';
  return HISTORY_REMEDY;
}

function windowHole(
  { cpu, network, requests, windowStartMs }: Signals,
  { nowMs, settings }: IdleContext,
): MissingEvidence | undefined {
  const witness = network.points.length > 0 ? network : requests;
  const measured = Math.min(coveredSeconds(cpu, windowStartMs, nowMs), coveredSeconds(witness, windowStartMs, nowMs));
  if (measured >= LEAST_COVERAGE * settings.windowSeconds) return undefined;
  return {
    what: `window: ${formatAge(measured)} of its ${formatAge(settings.windowSeconds)} are measured`,
    remedy: HISTORY_REMEDY,
  };
}
