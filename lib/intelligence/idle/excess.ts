/**
 * Requests that no counter saw, inferred from the network: what rises above the steady level by more than noise. Probes,
 * scrapes and polling are steady; a person is not.
 */

import { median, robustSigma } from '../evidence/robust.ts';
import { type Point, within } from '../evidence/timeline.ts';
import { type IdleContext, onceFor, type Signals, sampleSecondsOf } from './signals.ts';

/** A deviation this large does not come from noise in two weeks of samples, even where its tails are heavier than normal. */
const SIGMAS = 8;

/** Chance alone does not deviate this much in two weeks of samples, where its tails are normal. */
const CHANCE_SIGMAS = 6;

/** Sidecars push telemetry and fetch configuration in bursts of their own. */
const SIGMAS_WITH_SIDECARS = 12;

/** Probes may bunch: two more or fewer of them in one sample are no request, bytes. */
const UNEVENNESS_BYTES = 2400;
const UNEVENNESS_BYTES_WITH_SIDECARS = 10_000;

export interface ExcessRule {
  /** Steady level, bytes per second. */
  readonly level: number;
  /** Above this a slot holds a request. */
  readonly threshold: number;
  /** What chance alone may reach, bytes per second. */
  readonly chance: number;
}

/** The level and the threshold above which a slot is no noise; undefined without network samples in the window. */
export const excessRule = onceFor((signals: Signals, { nowMs }: IdleContext): ExcessRule | undefined => {
  const recent = within(signals.networkMedian, signals.windowStartMs, nowMs).map((point) => point.value);
  if (recent.length === 0) return undefined;
  const level = median(recent);
  const unevenness =
    (signals.hasSidecars ? UNEVENNESS_BYTES_WITH_SIDECARS : UNEVENNESS_BYTES) /
    Math.max(1, sampleSecondsOf(signals.networkMedian));
  const sigmas = signals.hasSidecars ? SIGMAS_WITH_SIDECARS : SIGMAS;
  // Peaks of a slot that holds several samples spread above its median by themselves: their own spread counts too.
  const peaks = within(signals.network, signals.windowStartMs, nowMs).map((point) => point.value);
  const peakLevel = median(peaks);
  const peakLift = Math.max(0, peakLevel - level);
  const peakSigma = robustSigma(peaks, peakLevel);
  const spread = Math.max(robustSigma(recent, level), Math.min(peakSigma, peakLift || peakSigma));
  return { level, threshold: level + Math.max(sigmas * spread, unevenness), chance: level + CHANCE_SIGMAS * spread };
});

/** Slots in which the network rose above what is steady. */
export function excessPoints(points: readonly Point[], rule: ExcessRule): readonly Point[] {
  return points.filter((point) => point.value > rule.threshold);
}
