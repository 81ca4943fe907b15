/**
 * Traffic that a pod has without any user: its probes, the scrapes of its metrics, its sidecars. It is steady, so what is
 * subtracted is the steady part of what was observed, and never more than these can account for.
 */

import type { OwnTraffic as ExplainedTraffic } from '../../types/explanation.ts';
import type { Probe } from '../../types/workload.ts';
import { median, quantile, robustSigma } from '../evidence/robust.ts';
import { within } from '../evidence/timeline.ts';
import { isCountedSilent } from './requests.ts';
import { type IdleContext, onceFor, type Signals } from './signals.ts';

/**
 * Bytes one probe moves on the wire, both directions, at most. HTTP: request 0.25–0.5 KB and answer 0.25–0.7 KB with their
 * TCP segments; gRPC adds HTTP/2's preface and settings; TCP is a handshake and a close, seven segments of 52–60 bytes; exec
 * runs inside the container and moves nothing.
 */
const PROBE_BYTES: Readonly<Record<Probe['handler'], number>> = { http: 1200, grpc: 1600, tcp: 420, exec: 0 };

/** A scrape whose size nobody told: 30 KB each 30 s, a usual application's metrics page. */
const ASSUMED_SCRAPE_BYTES_PER_SECOND = 1000;

/** A large page, or one that is read often: believed only of traffic as steady as a page that hardly changes its size. */
const LARGEST_ASSUMED_SCRAPE_BYTES_PER_SECOND = 3000;
const SCRAPE_STEADINESS = 0.1;

/**
 * A mesh proxy's configuration, certificates and telemetry, and what a log agent ships. The app's traffic cannot be told from
 * it, so it is expected only where a counter saw that nobody called.
 */
const SIDECAR_BYTES_PER_SECOND = 4000;

/** A measured scrape size is an estimate from its number of samples. */
const SCRAPE_TOLERANCE = 1.5;

/** The steady part: probes and scrapes are there all the time, so three quarters of the slots hold at least this. */
const STEADY_QUANTILE = 0.25;

export interface OwnTraffic {
  /** What is subtracted, bytes per second. */
  readonly bytesPerSecond: number;
  /** What probes, scrapes and sidecars can account for at most. */
  readonly limitBytesPerSecond: number;
  /** What it stands for: `2 probes`, `scrapes`, `sidecars`; empty when nothing is expected. */
  readonly parts: readonly string[];
}

/** The pod's own steady traffic, fitted to the window. */
export const ownTraffic = onceFor((signals: Signals, context: IdleContext): OwnTraffic => {
  const observed = within(signals.networkMedian, signals.windowStartMs, context.nowMs).map((point) => point.value);
  const probes = probeLimit(signals);
  const scrapes = scrapeLimit(signals, context, observed);
  const sidecars = signals.hasSidecars && isCountedSilent(signals, context) ? SIDECAR_BYTES_PER_SECOND : 0;
  const limitBytesPerSecond = probes.bytesPerSecond + scrapes + sidecars;
  const steady = quantile(observed, STEADY_QUANTILE);
  const parts = [
    ...(probes.count > 0 ? [`${probes.count} ${probes.count === 1 ? 'probe' : 'probes'}`] : []),
    ...(scrapes > 0 ? ['scrapes'] : []),
    ...(sidecars > 0 ? ['sidecars'] : []),
  ];
  return { bytesPerSecond: Number.isNaN(steady) ? 0 : Math.min(steady, limitBytesPerSecond), limitBytesPerSecond, parts };
});

/** The same with what was expected of probes, for those who ask how it came about. */
export function observedTraffic(signals: Signals, context: IdleContext): ExplainedTraffic {
  const { bytesPerSecond, limitBytesPerSecond, parts } = ownTraffic(signals, context);
  return {
    parts,
    ...(signals.network.points.length > 0 && { subtractedBytesPerSecond: bytesPerSecond }),
    expectedAtMostBytesPerSecond: limitBytesPerSecond,
    probesPerSecond: probeLimit(signals).perSecond,
  };
}

/** Start-up probes end when the container has started. */
function probeLimit({ workload, pods }: Signals): {
  readonly bytesPerSecond: number;
  readonly perSecond: number;
  readonly count: number;
} {
  const containers = pods[0]?.containers ?? workload.containers;
  const probes = containers
    .flatMap((container) => container.probes)
    .filter((probe) => probe.type !== 'startup' && PROBE_BYTES[probe.handler] > 0);
  const bytesPerSecond = probes.reduce((sum, probe) => sum + PROBE_BYTES[probe.handler] / Math.max(1, probe.periodSeconds), 0);
  const perSecond = probes.reduce((sum, probe) => sum + 1 / Math.max(1, probe.periodSeconds), 0);
  return { bytesPerSecond, perSecond, count: probes.length };
}

function scrapeLimit(signals: Signals, context: IdleContext, observed: readonly number[]): number {
  const { scrape, workload } = signals;
  if (scrape?.bytesPerScrape !== undefined)
    return (SCRAPE_TOLERANCE * scrape.bytesPerScrape) / Math.max(1, scrape.intervalSeconds);
  const level = median(observed);
  const isSteady = robustSigma(observed, level) <= SCRAPE_STEADINESS * level;
  const annotated = workload.podAnnotations['prometheus.io/scrape'] === 'true';
  // What a monitor without annotations scrapes is as steady, and no counter counts it as a request.
  if (!scrape && !annotated && !(isSteady && isCountedSilent(signals, context))) return 0;
  return isSteady ? LARGEST_ASSUMED_SCRAPE_BYTES_PER_SECOND : ASSUMED_SCRAPE_BYTES_PER_SECOND;
}
