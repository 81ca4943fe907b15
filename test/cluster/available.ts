/** Whether a real control plane can run on this machine, and if not, why: what tests that skip say. */

import { buildObstacle, isBuilt } from './build.ts';
import { isolationObstacle } from './namespaces.ts';

export type Availability = { readonly available: true } | { readonly available: false; readonly reason: string };

let known: Availability | undefined;

/** Looked into once per process. An available cluster may still have to be built, which takes minutes the first time. */
export function clusterAvailable(): Availability {
  known ??= availability(isolationObstacle() ?? (isBuilt() ? undefined : buildObstacle()));
  return known;
}

function availability(obstacle: string | undefined): Availability {
  return obstacle === undefined ? { available: true } : { available: false, reason: `no test cluster here: ${obstacle}` };
}
