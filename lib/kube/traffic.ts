/** What each source cost: requests, bytes, time, retries. */

import type { SourceTraffic } from '../types/source.ts';

export interface TrafficCounter {
  count(source: string, cost: { readonly bytes: number; readonly seconds: number; readonly retry: boolean }): void;
  /** In the order the sources were first asked. Seconds of parallel requests add up. */
  summary(): readonly SourceTraffic[];
}

export function trafficCounter(): TrafficCounter {
  const sources = new Map<string, SourceTraffic>();
  return {
    count(source, { bytes, seconds, retry }) {
      const sum = sources.get(source) ?? { source, requests: 0, bytes: 0, seconds: 0, retries: 0 };
      sources.set(source, {
        source,
        requests: sum.requests + 1,
        bytes: sum.bytes + bytes,
        seconds: sum.seconds + seconds,
        retries: sum.retries + (retry ? 1 : 0),
      });
    },
    summary: () => [...sources.values()],
  };
}
