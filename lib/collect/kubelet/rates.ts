/**
 * Counters of two readings to rates. The readings' own timestamps tell the time between them, so that neither this machine's
 * clock nor the kubelet's cache, which answers the same reading for some seconds, bends a rate. A pod of another UID is another pod.
 */

import type { ContainerReading, NetworkReading, PodReading } from './summary.ts';

/** Readings of one round by `node` and pod, as kept for the next one. */
export type KnownReadings = ReadonlyMap<string, PodReading>;

/** A rate over a longer time says nothing about now. */
export const LONGEST_INTERVAL_SECONDS = 3600;

type CpuReading = Pick<ContainerReading, 'cpuAtMs' | 'cpuSeconds'>;

export interface Rate {
  readonly perSecond: number;
  /** Time between the two readings. */
  readonly seconds: number;
}

/** UIDs are unique in a cluster and its past. */
export function readingKey({ namespace, pod, uid }: PodReading): string {
  return `${namespace}/${pod}/${uid}`;
}

/**
 * Rate of a counter between two instants; after a reset, what it has counted since, which is at least what was used. Undefined
 * where the instants are the same, in the wrong order (a clock was set back), or too far apart.
 */
export function rateOf(
  before: { readonly atMs: number; readonly value: number },
  after: { readonly atMs: number; readonly value: number },
): Rate | undefined {
  const seconds = (after.atMs - before.atMs) / 1000;
  if (!(seconds > 0) || seconds > LONGEST_INTERVAL_SECONDS) return undefined;
  const gained = after.value >= before.value ? after.value - before.value : after.value;
  return { perSecond: gained / seconds, seconds };
}

/** Cores between two readings of a container or node; undefined where one of them has no counter. */
export function cpuRate(before: CpuReading | undefined, after: CpuReading): Rate | undefined {
  if (before?.cpuSeconds === undefined || before.cpuAtMs === undefined) return undefined;
  if (after.cpuSeconds === undefined || after.cpuAtMs === undefined) return undefined;
  return rateOf({ atMs: before.cpuAtMs, value: before.cpuSeconds }, { atMs: after.cpuAtMs, value: after.cpuSeconds });
}

/**
 * Bytes received and transmitted per second over all interfaces, each interface and direction by its own counter, so that the reset of
 * one is not hidden by another. An interface that was not there before has counted since it came.
 */
export function networkRate(before: NetworkReading | undefined, after: NetworkReading | undefined): Rate | undefined {
  if (!before || !after) return undefined;
  const earlier = new Map(before.interfaces.map((each) => [each.name, each]));
  const rates = after.interfaces.flatMap((each) => {
    const known = earlier.get(each.name);
    return [
      rateOf({ atMs: before.atMs, value: known?.receivedBytes ?? 0 }, { atMs: after.atMs, value: each.receivedBytes }),
      rateOf({ atMs: before.atMs, value: known?.transmittedBytes ?? 0 }, { atMs: after.atMs, value: each.transmittedBytes }),
    ];
  });
  const [first] = rates;
  if (first === undefined) return undefined;
  return { perSecond: rates.reduce((sum, rate) => sum + (rate?.perSecond ?? 0), 0), seconds: first.seconds };
}
