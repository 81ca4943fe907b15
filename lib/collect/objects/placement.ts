/** What a pod demands of its node, from its spec as the server holds it, and what keeps pods off a node. */

import type { NodeTerm, Placement, PodTerm, SpreadTerm, Taint, Toleration } from '../../types/placement.ts';
import { parseQuantity } from '../../types/quantity.ts';
import { count, list, type Raw, record, resources, strings, text } from './read.ts';
import { equal, requirement, selectorOf, words } from './selector.ts';

/** Pods of one template demand the same: they share one value, so that 10,000 pods do not hold 10,000 of them. */
export function placementReader(): (podSpec: Raw) => Placement | undefined {
  const known = new Map<string, Placement>();
  return (podSpec) => {
    const placement = placementOf(podSpec);
    const key = JSON.stringify(placement);
    if (key === '{}') return undefined;
    const same = known.get(key);
    if (same === undefined) known.set(key, placement);
    return same ?? placement;
  };
}

function placementOf(spec: Raw): Placement {
  const affinity = record(spec.affinity);
  const nodeTerms = list(record(record(affinity.nodeAffinity)[REQUIRED]).nodeSelectorTerms).map(nodeTerm);
  const overhead = resources(spec.overhead);
  const scheduler = text(spec.schedulerName);
  const otherRequests = otherRequestsOf(spec);
  return {
    ...present('nodeSelector', Object.entries(strings(spec.nodeSelector)).map(equal)),
    ...(nodeTerms.length > 0 && { nodeTerms }),
    ...present('tolerations', list(spec.tolerations).filter(isOwn).map(toleration)),
    ...present('near', podTerms(affinity.podAffinity)),
    ...present('apart', podTerms(affinity.podAntiAffinity)),
    ...present(
      'spread',
      list(spec.topologySpreadConstraints)
        .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === 'DoNotSchedule')
        .map(spreadTerm),
    ),
    ...present('hostPorts', hostPorts(spec)),
    ...(Object.keys(otherRequests).length > 0 && { otherRequests }),
    ...(Object.keys(overhead).length > 0 && { overhead }),
    ...(scheduler !== '' && scheduler !== 'default-scheduler' && { scheduler }),
    ...(list(spec.resourceClaims).length > 0 && { claimsDevices: true }),
  };
}

const REQUIRED = 'requiredDuringSchedulingIgnoredDuringExecution';

function present<Name extends keyof Placement>(
  name: Name,
  values: Placement[Name] & readonly unknown[],
): Pick<Placement, Name> | object {
  return values.length === 0 ? {} : { [name]: values };
}

/** Every pod is given these two for a while, by which it outlasts a short failure of its node; no new pod is put there by them. */
const GIVEN: ReadonlySet<string> = new Set(['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']);

function isOwn({ key, tolerationSeconds }: Raw): boolean {
  return !(GIVEN.has(text(key)) && tolerationSeconds !== undefined);
}

function toleration(raw: Raw): Toleration {
  const [key, effect] = [text(raw.key), text(raw.effect)];
  const { operator } = raw;
  return {
    ...(key !== '' && { key }),
    operator: operator === 'Exists' || operator === 'Lt' || operator === 'Gt' ? operator : 'Equal',
    value: text(raw.value),
    ...(effect !== '' && { effect }),
  };
}

function nodeTerm({ matchExpressions, matchFields }: Raw): NodeTerm {
  return { labels: list(matchExpressions).map(requirement), names: list(matchFields).map(requirement) };
}

function podTerms(affinity: unknown): readonly PodTerm[] {
  return list(record(affinity)[REQUIRED]).map((raw) => {
    const selected = selectorOf(raw.namespaceSelector);
    return {
      topologyKey: text(raw.topologyKey),
      selector: selectorOf(raw.labelSelector),
      namespaces: words(raw.namespaces),
      ...(selected !== undefined && { namespaceSelector: selected.length === 0 ? ('all' as const) : ('labelled' as const) }),
      sameLabels: words(raw.matchLabelKeys),
      otherLabels: words(raw.mismatchLabelKeys),
    };
  });
}

function spreadTerm(raw: Raw): SpreadTerm {
  const minDomains = count(raw.minDomains);
  return {
    topologyKey: text(raw.topologyKey),
    maxSkew: count(raw.maxSkew) ?? 1,
    ...(minDomains !== undefined && { minDomains }),
    selector: selectorOf(raw.labelSelector),
    sameLabels: words(raw.matchLabelKeys),
    honorsAffinity: raw.nodeAffinityPolicy !== 'Ignore',
    honorsTaints: raw.nodeTaintsPolicy === 'Honor',
  };
}

function hostPorts(spec: Raw): readonly string[] {
  const containers = [...list(spec.containers), ...list(spec.initContainers).filter(isSidecar)];
  return containers.flatMap(({ ports }) =>
    list(ports).flatMap(({ hostPort, hostIP, protocol }) => {
      const port = count(hostPort);
      const address = text(hostIP);
      if (!port) return [];
      return [`${text(protocol) || 'TCP'}/${address === '' || address === '0.0.0.0' ? '' : `${address}:`}${port}`];
    }),
  );
}

function isSidecar({ restartPolicy }: Raw): boolean {
  return restartPolicy === 'Always';
}

/** As the scheduler counts them: see `podRequests`; what an init container asks for is held while it runs, beside the sidecars started before it. */
function otherRequestsOf(spec: Raw): Readonly<Record<string, number>> {
  const together = new Map<string, number>();
  for (const container of list(spec.containers)) add(together, container);
  const started = new Map<string, number>();
  const largest = new Map<string, number>();
  for (const container of list(spec.initContainers)) {
    if (isSidecar(container)) add(started, container);
    else
      for (const [name, amount] of others(container))
        largest.set(name, Math.max(largest.get(name) ?? 0, amount + (started.get(name) ?? 0)));
  }
  const names = [...new Set([...together.keys(), ...started.keys(), ...largest.keys()])].sort();
  return Object.fromEntries(
    names.map((name) => [name, Math.max((together.get(name) ?? 0) + (started.get(name) ?? 0), largest.get(name) ?? 0)]),
  );
}

function add(sums: Map<string, number>, container: Raw): void {
  for (const [name, amount] of others(container)) sums.set(name, (sums.get(name) ?? 0) + amount);
}

function others(container: Raw): readonly (readonly [string, number])[] {
  return amounts(record(container.resources).requests);
}

/** Resources beside CPU and memory, in their units. */
function amounts(value: unknown): readonly (readonly [string, number])[] {
  return Object.entries(record(value)).flatMap(([name, quantity]) => {
    const amount = name === 'cpu' || name === 'memory' ? undefined : parseQuantity(text(quantity));
    return amount ? [[name, amount] as const] : [];
  });
}

export function otherAllocatable(allocatable: unknown): Readonly<Record<string, number>> {
  return Object.fromEntries(amounts(allocatable));
}

export function taints(value: unknown): readonly Taint[] {
  return list(value).flatMap(({ key, value: of, effect }) =>
    effect === 'NoSchedule' || effect === 'NoExecute' ? [{ key: text(key), value: text(of), effect }] : [],
  );
}

/** Annotations of nodes and pods by which autoscalers are told to leave them. */
const KEEPING: readonly (readonly [annotation: string, value: string])[] = [
  ['cluster-autoscaler.kubernetes.io/scale-down-disabled', 'true'],
  ['karpenter.sh/do-not-disrupt', 'true'],
];

export function keepingAnnotation(annotations: Readonly<Record<string, string>>): string | undefined {
  return KEEPING.find(([name, value]) => annotations[name] === value)?.[0];
}
