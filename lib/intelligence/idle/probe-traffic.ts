/**
 * Traffic that a pod has without any user: its probes and the scrapes of its metrics. It is steady, so what is subtracted is
 * the steady part of what was observed, and never more than probes and scrapes can account for.
 */

import type { Probe } from '../../types/workload.ts';
import { quantile } from '../evidence/robust.ts';
import { within } from '../evidence/timeline.ts';
import type { IdleContext, Signals } from './signals.ts';

/**
 * Bytes one probe moves on the wire, both directions, at most. HTTP: request 0.25–0.5 KB and answer 0.25–0.7 KB with their
 * TCP segments; gRPC adds HTTP/2's preface and settings; TCP is a handshake and a close, seven segments of 52–60 bytes; exec
 * runs inside the container and moves nothing.
 */
const PROBE_BYTES: Readonly<Record<Probe['handler'], number>> = { http: 1200, grpc: 1600, tcp: 420, exec: 0 };

/** A scrape whose size nobody told: 30 KB each 30 s, a usual application's metrics page. */
const ASSUMED_SCRAPE_BYTES_PER_SECOND = 1000;

/** A measured scrape size is an estimate from its number of samples. */
const SCRAPE_TOLERANCE = 1.5;

/** The steady part: probes and scrapes are there all the time, so three quarters of the slots hold at least this. */
const STEADY_QUANTILE = 0.25;

export interface OwnTraffic {
  /** What is subtracted, bytes per second. */
  readonly bytesPerSecond: number;
  /** What probes and scrapes can account for at most. */
  readonly limitBytesPerSecond: number;
  /** What it stands for: `2 probes`, `scrapes`; empty when nothing is expected. */
  readonly parts: readonly string[];
}

/** The pod's own steady traffic, fitted to the window. */
export function ownTraffic(signals: Signals, { nowMs }: IdleContext): OwnTraffic {
  const probes = probeLimit(signals);
  const scrapes = scrapeLimit(signals);
  const limitBytesPerSecond = probes.bytesPerSecond + scrapes;
  const steady = quantile(
    within(signals.networkMedian, signals.windowStartMs, nowMs).map((point) => point.value),
    STEADY_QUANTILE,
  );
  const parts = [
    ...(probes.count > 0 ? [`${probes.count} ${probes.count === 1 ? 'probe' : 'probes'}`] : []),
    ...(scrapes > 0 ? ['scrapes'] : []),
  ];
  return { bytesPerSecond: Number.isNaN(steady) ? 0 : Math.min(steady, limitBytesPerSecond), limitBytesPerSecond, parts };
}

/** Start-up probes end when the container has started. */
function probeLimit({ workload, pods }: Signals): { readonly bytesPerSecond: number; readonly count: number } {
  const containers = pods[0]?.containers ?? workload.containers;
  const probes = containers
    .flatMap((container) => container.probes)
    .filter((probe) => probe.type !== 'startup' && PROBE_BYTES[probe.handler] > 0);
  const bytesPerSecond = probes.reduce((sum, probe) => sum + PROBE_BYTES[probe.handler] / Math.max(1, probe.periodSeconds), 0);
  return { bytesPerSecond, count: probes.length };
}

function scrapeLimit({ scrape, workload }: Signals): number {
  if (scrape?.bytesPerScrape !== undefined)
    return (SCRAPE_TOLERANCE * scrape.bytesPerScrape) / Math.max(1, scrape.intervalSeconds);
  const annotated = workload.podAnnotations['prometheus.io/scrape'] === 'true';
  return scrape || annotated ? ASSUMED_SCRAPE_BYTES_PER_SECOND : 0;
}
