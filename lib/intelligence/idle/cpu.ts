/** CPU: below a small part of what was asked for, for hours running. */

import { formatAge } from '../../types/duration.ts';
import type { Factor } from '../../types/idle.ts';
import { trailingRun } from '../evidence/run.ts';
import { cores, percent, provenance, shortRunReason, stateOfRun } from './factor.ts';
import type { IdleContext, Signals } from './signals.ts';

/**
 * Cores below which a pod counts as quiet: the fraction of each app container's request (its limit, else the assumed
 * request, where there is none), summed.
 */
export function cpuThreshold({ appContainers }: Signals, { settings }: IdleContext): number {
  const held = appContainers.map(
    ({ requests, limits }) => requests.cpuCores || limits.cpuCores || settings.cpuAssumedRequestCores,
  );
  return settings.cpuFraction * held.reduce((sum, value) => sum + value, 0);
}

export function cpuFactor(signals: Signals, context: IdleContext): Factor {
  const { settings, nowMs } = context;
  const threshold = cpuThreshold(signals, context);
  const run = trailingRun(signals.cpu, threshold, nowMs, settings.gapIntervals);
  const state = stateOfRun(run, settings.cpuQuietSeconds);
  const limit = `${cores(threshold)} (${percent(settings.cpuFraction)} of ${basis(signals)})`;
  const evidence = {
    supports: `at most ${cores(run.peak)} for ${formatAge(run.seconds)}, below ${limit}`,
    refutes: `${cores(run.busy?.value ?? Number.NaN)} within the last ${formatAge(settings.cpuQuietSeconds)}, above ${limit}`,
    unknown: `CPU: ${shortRunReason(run, settings.cpuQuietSeconds)}`,
    neutral: '',
  }[state];
  const value = state === 'refutes' ? run.busy?.value : run.peak;
  return {
    factor: 'cpu',
    state,
    evidence,
    threshold,
    unit: 'cores',
    quietSeconds: run.seconds,
    requiredSeconds: settings.cpuQuietSeconds,
    ...(value !== undefined && !Number.isNaN(value) && { value }),
    ...provenance(signals.cpu, signals, context, 'cores'),
  };
}

function basis({ appContainers }: Signals): string {
  if (appContainers.some(({ requests }) => requests.cpuCores)) return 'its request';
  return appContainers.some(({ limits }) => limits.cpuCores)
    ? 'its limit, as it has no request'
    : 'an assumed 10m, as it has neither request nor limit';
}
