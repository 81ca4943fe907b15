/** Where a result comes from: the part of every list's metadata that does not depend on the question. */

import type { Provenance } from '../../lib/types/result.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';

export function provenanceFields({ cluster, observedAtMs, namespace, windowSeconds, sources, traffic }: Provenance): JsonObject {
  return withoutAbsent({
    simulated: cluster.simulated,
    cluster: { id: cluster.id, context: cluster.context, server: cluster.server, version: cluster.version },
    observedAt: instant(observedAtMs),
    // Empty: all namespaces.
    namespace,
    windowSeconds,
    sources,
    traffic,
  }) as JsonObject;
}
