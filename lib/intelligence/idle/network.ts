/** Network: hardly anything but what the pod causes itself, for hours running. */

import { formatAge } from '../../types/duration.ts';
import type { Factor } from '../../types/idle.ts';
import { formatBytesPerSecond } from '../../types/quantity.ts';
import { trailingRun } from '../evidence/run.ts';
import { excessRule } from './excess.ts';
import { provenance, shortRunReason, stateOfRun } from './factor.ts';
import { startupTest } from './life.ts';
import { ownTraffic } from './probe-traffic.ts';
import { isCountedSilent } from './requests.ts';
import type { IdleContext, Signals } from './signals.ts';

/** Bytes per second, own traffic included, below which a pod counts as quiet. */
export function networkThreshold(signals: Signals, context: IdleContext): number {
  return context.settings.networkBytesPerSecond + ownTraffic(signals, context).bytesPerSecond;
}

/** Noise that reaches further than this multiple of the limit is not taken for noise. */
const MOST_RAISED = 2;

/** A proxy or an agent has bursts of its own, which are nobody's use as long as a counter sees nobody. */
const MOST_RAISED_BY_SIDECARS = 4;

/** Bytes per second above which a value is use rather than the noise of a steady level that keeps the limit. */
export function networkUseThreshold(signals: Signals, context: IdleContext): number {
  const limit = networkThreshold(signals, context);
  const rule = excessRule(signals, context);
  if (!rule?.isFine || rule.level >= limit) return limit;
  const isOfSidecars = signals.hasSidecars && isCountedSilent(signals, context);
  return Math.max(limit, Math.min((isOfSidecars ? MOST_RAISED_BY_SIDECARS : MOST_RAISED) * limit, rule.chance));
}

export function networkFactor(signals: Signals, context: IdleContext): Factor {
  const { settings, nowMs } = context;
  const needed = settings.networkQuietSeconds;
  if (signals.pods.some((pod) => pod.hostNetwork)) {
    return {
      factor: 'network',
      state: 'unknown',
      evidence: 'network: the pods use the host network, whose counters are the node’s',
      requiredSeconds: needed,
    };
  }
  const own = ownTraffic(signals, context);
  const threshold = settings.networkBytesPerSecond + own.bytesPerSecond;
  const run = trailingRun(signals.network, networkUseThreshold(signals, context), nowMs, settings.gapIntervals);
  const state = stateOfRun(run, needed, startupTest(signals, context));
  const without =
    own.parts.length > 0 ? ` besides its own ${own.parts.join(' and ')} (${formatBytesPerSecond(own.bytesPerSecond)})` : '';
  const rest = (value: number): string => formatBytesPerSecond(Math.max(0, value - own.bytesPerSecond));
  const limit = formatBytesPerSecond(settings.networkBytesPerSecond);
  const evidence = {
    supports:
      run.peak > threshold
        ? `at most ${rest(run.peak)}${without} for ${formatAge(run.seconds)}, which is the noise of a level below ${limit}`
        : `at most ${rest(run.peak)}${without} for ${formatAge(run.seconds)}, below ${limit}`,
    refutes: `${rest(run.busy?.value ?? 0)}${without} within the last ${formatAge(needed)}, above ${limit}`,
    unknown: `network: ${shortRunReason(run, needed)}`,
    neutral: '',
  }[state];
  const value = state === 'refutes' ? run.busy?.value : run.peak;
  return {
    factor: 'network',
    state,
    evidence,
    threshold,
    unit: 'bytes/s',
    quietSeconds: run.seconds,
    requiredSeconds: needed,
    ...(value !== undefined && !Number.isNaN(value) && { value }),
    ...provenance(signals.network, signals, context, 'bytes/s'),
  };
}
