/** Containers by the names under which sources tell of them. */

import { isSidecar } from '../types/sidecar.ts';
import type { Workload } from '../types/workload.ts';

export interface KnownContainer {
  readonly workload: Workload;
  /** False for a known sidecar. */
  readonly app: boolean;
}

/** `namespace/pod/container` to its workload; init containers, which are over, are left out. */
export function knownContainers(
  workloads: readonly Workload[],
  extraSidecars: readonly string[],
): ReadonlyMap<string, KnownContainer> {
  const known = new Map<string, KnownContainer>();
  for (const workload of workloads) {
    for (const pod of workload.pods) {
      for (const container of pod.containers) {
        if (container.role === 'init') continue;
        known.set(`${pod.namespace}/${pod.name}/${container.name}`, { workload, app: !isSidecar(container, extraSidecars) });
      }
    }
  }
  return known;
}
