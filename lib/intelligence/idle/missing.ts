/** What keeps a verdict from being given, each with the way to get it. */

import { formatAge } from '../../types/duration.ts';
import type { Factor, FactorName, MissingEvidence } from '../../types/idle.ts';
import { coveredSeconds } from '../evidence/timeline.ts';
import type { IdleContext, Signals } from './signals.ts';
import { unreadStandby } from './standby-unread.ts';

/** Less of the window than this measured is not enough to call anything idle: what happened in the holes is not known. */
const LEAST_COVERAGE = 0.75;

const SERVER_REMEDY = 'point --prometheus-url to a Prometheus that scrapes the kubelets';

/** What runs record by themselves is CPU and memory. */
const CPU_REMEDY = `${SERVER_REMEDY}, or let history gather by repeated runs`;
const NETWORK_REMEDY = `${SERVER_REMEDY}: metrics-server tells nothing of the network`;

/** Evidence that an idle verdict needs and that is not there: CPU, and network or requests, over the window and a business day; what would tell a standby. */
export function missingEvidence(factors: readonly Factor[], signals: Signals, context: IdleContext): readonly MissingEvidence[] {
  const by = (name: FactorName): Factor => factors.find((factor) => factor.factor === name)!;
  const missing: MissingEvidence[] = [];
  const seen = by('network').state === 'supports' || (by('requests').state === 'supports' && by('requests').unit === 'requests');
  if (by('cpu').state !== 'supports') {
    // With CPU alone nothing is won.
    const remedy = waitRemedy(by('cpu')) ?? (seen ? CPU_REMEDY : SERVER_REMEDY);
    missing.push({ what: by('cpu').evidence, remedy });
  }
  if (!seen) missing.push({ what: by('network').evidence, remedy: networkRemedy(by('network'), signals) });
  else if (by('requests').state === 'unknown')
    missing.push({ what: by('requests').evidence, remedy: waitRemedy(by('requests')) ?? NETWORK_REMEDY });
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

/** A server that measures needs nothing but time; undefined where none does. */
function waitRemedy({ source, unit, quietSeconds = 0, requiredSeconds = 0 }: Factor): string | undefined {
  const isMeasured = unit === 'requests' || source?.includes('prometheus');
  if (!isMeasured || quietSeconds === 0) return undefined;
  return `ask again in ${formatAge(requiredSeconds - quietSeconds)}, when it has been measured for long enough`;
}

function networkRemedy(network: Factor, { pods }: Signals): string {
  if (pods.some((pod) => pod.hostNetwork))
    return 'count its requests: an ingress or mesh counter, or the app’s own http_requests_total, in Prometheus';
  return waitRemedy(network) ?? NETWORK_REMEDY;
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
    remedy: witness.sources.includes('prometheus') ? 'ask again when more of the window has been measured' : NETWORK_REMEDY,
  };
}
