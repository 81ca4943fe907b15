/** Requests: none but probes for hours, as counters tell; where no counter sees the workload, as the network lets infer. */

import { formatAge } from '../../types/duration.ts';
import type { Factor } from '../../types/idle.ts';
import { formatBytesPerSecond } from '../../types/quantity.ts';
import { type QuietRun, trailingRun } from '../evidence/run.ts';
import type { Timeline } from '../evidence/timeline.ts';
import { within } from '../evidence/timeline.ts';
import { excessRule } from './excess.ts';
import { provenance, shortRunReason, stateOfRun } from './factor.ts';
import { startupTest } from './life.ts';
import type { IdleContext, Signals } from './signals.ts';

/** A counter which did not move is exactly 0, and `increase()` makes one which did about 1 or more; spread over steps that is less in each. */
export const LEAST_REQUESTS = 0.01;

/** Whether a counter sees the workload and counted nothing within the window. */
export function isCountedSilent({ requests, windowStartMs }: Signals, { nowMs }: IdleContext): boolean {
  const counted = within(requests, windowStartMs, nowMs);
  return counted.length > 0 && counted.every((point) => point.value <= LEAST_REQUESTS);
}

export function requestsFactor(signals: Signals, context: IdleContext): Factor {
  return signals.requests.points.length > 0 ? countedRequests(signals, context) : inferredRequests(signals, context);
}

function countedRequests(signals: Signals, context: IdleContext): Factor {
  const { settings, nowMs } = context;
  const needed = settings.requestsQuietSeconds;
  const run = trailingRun(signals.requests, LEAST_REQUESTS, nowMs, settings.gapIntervals);
  const state = stateOfRun(run, needed);
  const counted = within(signals.requests, nowMs - needed * 1000, nowMs).reduce((sum, point) => sum + point.value, 0);
  const evidence = {
    supports: `none for ${formatAge(run.seconds)}`,
    refutes: `about ${Math.max(1, Math.round(counted))} in the last ${formatAge(needed)}`,
    unknown: `requests: ${shortRunReason(run, needed)}`,
    neutral: '',
  }[state];
  return {
    factor: 'requests',
    state,
    evidence,
    value: counted,
    threshold: 0,
    unit: 'requests',
    quietSeconds: run.seconds,
    requiredSeconds: needed,
    ...provenance(signals.requests, signals, context, 'requests'),
  };
}

function inferredRequests(signals: Signals, context: IdleContext): Factor {
  const { settings, nowMs } = context;
  const needed = settings.requestsQuietSeconds;
  const rule = excessRule(signals, context);
  if (!rule)
    return {
      factor: 'requests',
      state: 'unknown',
      evidence: 'requests: no counter sees it, and there is no network history to infer them from',
      requiredSeconds: needed,
    };
  const run = trailingRun(signals.network, rule.threshold, nowMs, settings.gapIntervals);
  const state = stateOfRun(run, needed, startupTest(signals, context));
  const value = state === 'refutes' ? run.busy?.value : run.peak;
  return {
    factor: 'requests',
    state,
    evidence: inferredSentence(run, state, rule.level, needed),
    threshold: rule.threshold,
    unit: 'bytes/s',
    quietSeconds: run.seconds,
    requiredSeconds: needed,
    ...(value !== undefined && !Number.isNaN(value) && { value }),
    ...inferredProvenance(signals.network, signals, context),
  };
}

function inferredSentence(run: QuietRun, state: Factor['state'], level: number, needed: number): string {
  if (state === 'supports')
    return `none to be seen for ${formatAge(run.seconds)}: the network stayed at its steady ${formatBytesPerSecond(level)}`;
  if (state === 'refutes') {
    return `the network rose to ${formatBytesPerSecond(run.busy?.value ?? 0)} from its steady ${formatBytesPerSecond(level)} within the last ${formatAge(needed)}`;
  }
  return `requests: ${shortRunReason(run, needed)}`;
}

/** Inferred, and says so. */
function inferredProvenance(timeline: Timeline, signals: Signals, context: IdleContext): Partial<Factor> {
  const { series: _series, ...rest } = provenance(timeline, signals, context, 'bytes/s');
  return { ...rest, source: `inferred from the network (${timeline.sources.join(' + ')})` };
}
