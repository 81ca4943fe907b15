/** Routes of the Gateway API: their rules lead to the services that gateways count requests for by the route's name. */

import type { RouteRule, Service } from '../../types/workload.ts';
import type { ListSpec } from './lists.ts';
import { list, record, text } from './read.ts';

/** A rule with the services that its requests go to. */
export interface ServingRule extends RouteRule {
  readonly backends: readonly { readonly namespace: string; readonly name: string }[];
}

/** Asked only where their API group is served. */
export const ROUTES: readonly ListSpec<readonly ServingRule[]>[] = [routesOf('httproutes'), routesOf('grpcroutes')];

function routesOf(resource: string): ListSpec<readonly ServingRule[]> {
  return {
    source: resource,
    groupVersion: '/apis/gateway.networking.k8s.io/v1',
    resource,
    namespaced: true,
    without: 'requests that a gateway counts by route cannot be assigned',
    keep: (item) => {
      const { metadata, spec } = record(item);
      const namespace = text(record(metadata).namespace);
      const name = text(record(metadata).name);
      return list(record(spec).rules).map((raw, rule) => ({ namespace, name, rule, backends: backendsOf(raw, namespace) }));
    },
  };
}

/** A backend is a Service of the route's own namespace unless it says otherwise (Gateway API, BackendObjectReference). */
function backendsOf(rule: Readonly<Record<string, unknown>>, namespace: string): ServingRule['backends'] {
  return list(rule.backendRefs)
    .filter(({ kind, group }) => (kind === undefined || kind === 'Service') && (group === undefined || group === ''))
    .map((backend) => ({ namespace: text(backend.namespace) || namespace, name: text(backend.name) }));
}

/** The rules that lead to one of these services. */
export function rulesTo(services: readonly Service[], rules: readonly ServingRule[]): readonly RouteRule[] {
  return rules
    .filter(({ backends }) =>
      backends.some((backend) =>
        services.some(({ namespace, name }) => namespace === backend.namespace && name === backend.name),
      ),
    )
    .map(({ namespace, name, rule }) => ({ namespace, name, rule }));
}
