/** CPU: below a small part of what was asked for, for hours running. */

import { formatAge } from '../../types/duration.ts';
import type { Factor } from '../../types/idle.ts';
import { logSpread } from '../evidence/robust.ts';
import { trailingRun } from '../evidence/run.ts';
import { hasShortSlots, within } from '../evidence/timeline.ts';
import { cores, percent, provenance, shortRunReason, stateOfRun } from './factor.ts';
import { startupTest } from './life.ts';
import { type IdleContext, onceFor, type Signals } from './signals.ts';

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

/** Chance alone does not deviate by this many standard deviations of the logarithm in two weeks of samples. */
const CHANCE_SIGMAS = 5;

/** Noise that reaches further than this multiple of the threshold is not taken for noise. */
const MOST_RAISED = 2;

/** A tenth of a millicore: below this the logarithm of a level means nothing. */
const OFFSET_CORES = 0.0001;

/**
 * Cores above which a value is use rather than the noise of a resting level: the threshold, raised where a level that lies
 * below it is so near to it and so noisy that chance alone crosses it.
 */
export const cpuUseThreshold = onceFor((signals: Signals, context: IdleContext): number => {
  const threshold = cpuThreshold(signals, context);
  const points = within(signals.cpu, signals.windowStartMs, context.nowMs);
  if (!hasShortSlots(points)) return threshold;
  const { level, sigma } = logSpread(
    points.map((point) => point.value),
    OFFSET_CORES,
  );
  if (level >= threshold) return threshold;
  const chance = (level + OFFSET_CORES) * Math.exp(CHANCE_SIGMAS * sigma) - OFFSET_CORES;
  return Math.max(threshold, Math.min(MOST_RAISED * threshold, chance));
});

export function cpuFactor(signals: Signals, context: IdleContext): Factor {
  const { settings, nowMs } = context;
  const threshold = cpuThreshold(signals, context);
  const run = trailingRun(signals.cpu, cpuUseThreshold(signals, context), nowMs, settings.gapIntervals);
  const state = stateOfRun(run, settings.cpuQuietSeconds, startupTest(signals, context));
  const limit = `${cores(threshold)} (${percent(settings.cpuFraction)} of ${basis(signals)})`;
  const evidence = {
    supports:
      run.peak > threshold
        ? `at most ${cores(run.peak)} for ${formatAge(run.seconds)}, which is the noise of a level below ${limit}`
        : `at most ${cores(run.peak)} for ${formatAge(run.seconds)}, below ${limit}`,
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
