/**
 * Requests that no counter saw, inferred from the network: what rises above the steady level by more than noise. Probes,
 * scrapes and polling are steady; a person is not.
 */

import { logSpread } from '../evidence/robust.ts';
import { hasShortSlots, type Point, type Timeline, within } from '../evidence/timeline.ts';
import { type IdleContext, onceFor, type Signals, sampleSecondsOf } from './signals.ts';

/**
 * Noise multiplies a level, so its spread is that of the logarithm. In two weeks of samples chance alone does not deviate by
 * this many of it, even where its tail is somewhat heavier than normal and its spread is known from a day of samples alone.
 */
const SIGMAS = 6;

/** Sidecars push telemetry and fetch configuration in bursts of their own. */
const SIGMAS_WITH_SIDECARS = 7;

/** Below this a level is nearly nothing, bytes per second: a keep-alive now and then. */
const OFFSET_BYTES_PER_SECOND = 10;

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
  /** Whether the slots are short enough to tell noise from what comes rarely. */
  readonly isFine: boolean;
}

/** The level and the threshold above which a slot is no noise; undefined without network samples in the window. */
export const excessRule = onceFor((signals: Signals, { nowMs }: IdleContext): ExcessRule | undefined => {
  const inWindow = (timeline: Timeline): readonly Point[] => within(timeline, signals.windowStartMs, nowMs);
  const recent = inWindow(signals.networkMedian);
  if (recent.length === 0) return undefined;
  const valuesOf = (points: readonly Point[]): readonly number[] => points.map((point) => point.value);
  const { level, sigma, upwardSigma } = logSpread(valuesOf(recent), OFFSET_BYTES_PER_SECOND);
  const peaks = logSpread(valuesOf(inWindow(signals.network)), OFFSET_BYTES_PER_SECOND);
  const lift = liftSigma(level, peaks.level, samplesPerSlot(recent.at(-1)!));
  const isFine = hasShortSlots(recent);
  const spread = isFine ? Math.hypot(Math.max(sigma, upwardSigma), lift) : Math.hypot(sigma, Math.min(lift, peaks.sigma));
  const sigmas = signals.hasSidecars ? SIGMAS_WITH_SIDECARS : SIGMAS;
  const chance = (level + OFFSET_BYTES_PER_SECOND) * Math.exp(sigmas * spread) - OFFSET_BYTES_PER_SECOND;
  const unevenness =
    (signals.hasSidecars ? UNEVENNESS_BYTES_WITH_SIDECARS : UNEVENNESS_BYTES) /
    Math.max(1, sampleSecondsOf(signals.networkMedian));
  return { level, threshold: Math.max(chance, level + unevenness), chance, isFine };
});

function samplesPerSlot({ fromMs, toMs, sampleSeconds }: Point): number {
  return Math.max(1, Math.round((toMs - fromMs) / 1000 / Math.max(1, sampleSeconds)));
}

/** Spread of single samples, as it shows in how far the peak of a slot lies above the slot's median. */
function liftSigma(level: number, peakLevel: number, samples: number): number {
  if (samples < 2 || peakLevel <= level) return 0;
  const lift = Math.log((peakLevel + OFFSET_BYTES_PER_SECOND) / (level + OFFSET_BYTES_PER_SECOND));
  return lift / usualMaximum(samples);
}

/** Median of the highest of so many standard normal values, to within a hundredth (Blom 1958, with the median's position). */
function usualMaximum(samples: number): number {
  const tail = 1 - 0.5 ** (1 / samples);
  const t = Math.sqrt(-2 * Math.log(tail));
  // Hastings' rational approximation of the normal quantile (Abramowitz and Stegun 26.2.23).
  return t - (2.515517 + 0.802853 * t + 0.010328 * t * t) / (1 + 1.432788 * t + 0.189269 * t * t + 0.001308 * t ** 3);
}
