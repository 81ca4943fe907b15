/** The quality-of-service class Guaranteed: every container's requests equal its limits, for CPU and memory. */

import { amountOf, RESOURCES } from '../resource.ts';
import type { Held } from './bounds.ts';

/** Kubernetes counts init containers as well. */
export function isGuaranteed(containers: readonly Held[]): boolean {
  return (
    containers.length > 0 &&
    containers.every(({ requests, limits }) =>
      RESOURCES.every((resource) => {
        const limit = amountOf(limits, resource);
        return limit !== undefined && limit > 0 && limit === amountOf(requests, resource);
      }),
    )
  );
}
