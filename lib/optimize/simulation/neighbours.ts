/**
 * Which pods a pod must be near, apart from, or evenly spread with: inter-pod affinity and anti-affinity as they are required, and
 * spread constraints with DoNotSchedule (Kubernetes, "Assigning Pods to Nodes", "Pod Topology Spread Constraints").
 */

import { holdsAll, type PodTerm, type Requirement, type SpreadTerm } from '../../types/placement.ts';
import type { Node } from '../../types/workload.ts';
import type { PackedPod } from './pod.ts';
import { selectsNode, untolerated } from './requirements.ts';

/** Pods of certain labels and namespaces, counted by the domains of a topology. Terms that say the same are one. */
interface Term {
  readonly topologyKey: string;
  readonly requirements: readonly Requirement[] | undefined;
  /** Empty: any. */
  readonly namespaces: readonly string[];
  /** Pods that it selects, by domain. */
  readonly selected: Map<string, number>;
  /** Pods that want none of these beside them, by domain. */
  readonly averse: Map<string, number>;
}

interface Spread {
  readonly term: Term;
  readonly selectsItself: boolean;
  readonly maxSkew: number;
  /** Domains that the pod may be spread over. */
  readonly domains: readonly string[];
  readonly minDomains: number;
}

/** Terms of one pod: its own, and those of any pod that select it. */
interface PodTerms {
  readonly near: readonly Term[];
  readonly apart: readonly Term[];
  readonly spread: readonly Spread[];
  readonly selectedBy: readonly Term[];
}

export class Neighbours {
  readonly #terms = new Map<string, Term>();
  readonly #ofPods = new Map<PackedPod, PodTerms>();
  readonly #nodes: readonly Node[];
  readonly #domains = new Map<string, readonly string[]>();

  constructor(pods: readonly PackedPod[], nodes: readonly Node[]) {
    this.#nodes = nodes;
    const own = pods.map((pod) => this.#ownTerms(pod));
    const byNamespace = Map.groupBy(
      [...this.#terms.values()].flatMap((term) =>
        term.namespaces.length === 0 ? [['', term] as const] : term.namespaces.map((each) => [each, term] as const),
      ),
      ([namespace]) => namespace,
    );
    for (const [at, pod] of pods.entries()) {
      const candidates = [...(byNamespace.get(pod.namespace) ?? []), ...(byNamespace.get('') ?? [])];
      const selectedBy = candidates.flatMap(([, term]) => (selects(term, pod) ? [term] : []));
      this.#ofPods.set(pod, { ...own[at]!, selectedBy });
    }
  }

  /** Counts the pod on the node, or with −1 no longer. */
  count(pod: PackedPod, node: Node, by: 1 | -1): void {
    const { selectedBy, apart } = this.#ofPods.get(pod)!;
    for (const term of selectedBy) add(term.selected, node.labels[term.topologyKey], by);
    for (const term of apart) add(term.averse, node.labels[term.topologyKey], by);
  }

  /** Why its neighbours keep the pod, which is counted nowhere, off the node. */
  obstacle(pod: PackedPod, { labels }: Node): string | undefined {
    const { near, apart, spread, selectedBy } = this.#ofPods.get(pod)!;
    const has = (counts: ReadonlyMap<string, number>, key: string): boolean => {
      const domain = labels[key];
      return domain !== undefined && (counts.get(domain) ?? 0) > 0;
    };
    const isAverse =
      apart.some(({ selected, topologyKey }) => has(selected, topologyKey)) ||
      selectedBy.some(({ averse, topologyKey }) => has(averse, topologyKey));
    if (isAverse) return 'has a pod that it must stay apart from';
    if (!near.every((term) => has(term.selected, term.topologyKey)) && !this.#isFirst(near, selectedBy, labels))
      return 'has no pod that it must be near';
    return spread.every((each) => isEven(each, labels)) ? undefined : 'would spread its pods unevenly';
  }

  /** The first of pods that want to be near each other may go anywhere. */
  #isFirst(near: readonly Term[], selectedBy: readonly Term[], labels: Node['labels']): boolean {
    return near.every((term) => term.selected.size === 0 && selectedBy.includes(term) && labels[term.topologyKey] !== undefined);
  }

  #ownTerms(pod: PackedPod): Omit<PodTerms, 'selectedBy'> {
    const { near = [], apart = [], spread = [] } = pod.placement;
    return {
      near: near.map((term) => this.#podTerm(term, pod)),
      apart: apart.map((term) => this.#podTerm(term, pod)),
      spread: spread.map((each) => this.#spread(each, pod)),
    };
  }

  /** Namespaces that are chosen by labels count as all: rather one neighbour too many to stay apart from. */
  #podTerm({ topologyKey, selector, namespaces, namespaceSelector, sameLabels, otherLabels }: PodTerm, pod: PackedPod): Term {
    const own = namespaces.length === 0 ? [pod.namespace] : namespaces;
    const requirements = selector && [
      ...selector,
      ...labelRequirements(sameLabels, 'In', pod),
      ...labelRequirements(otherLabels, 'NotIn', pod),
    ];
    return this.#term(topologyKey, requirements, namespaceSelector === undefined ? own : []);
  }

  #spread({ topologyKey, maxSkew, minDomains = 1, selector, sameLabels, ...policy }: SpreadTerm, pod: PackedPod): Spread {
    const requirements = selector && [...selector, ...labelRequirements(sameLabels, 'In', pod)];
    const term = this.#term(topologyKey, requirements, [pod.namespace]);
    return { term, selectsItself: selects(term, pod), maxSkew, minDomains, domains: this.#domainsFor(topologyKey, policy, pod) };
  }

  #domainsFor(key: string, policy: Pick<SpreadTerm, 'honorsAffinity' | 'honorsTaints'>, pod: PackedPod): readonly string[] {
    const { nodeSelector, nodeTerms, tolerations } = pod.placement;
    const id = JSON.stringify([key, policy.honorsAffinity && [nodeSelector, nodeTerms], policy.honorsTaints && [tolerations]]);
    const known = this.#domains.get(id);
    if (known) return known;
    const eligible = this.#nodes.filter(
      (node) =>
        (!policy.honorsAffinity || selectsNode(pod.placement, node)) &&
        (!policy.honorsTaints || untolerated(pod.placement, node) === undefined),
    );
    const domains = [...new Set(eligible.flatMap(({ labels }) => labels[key] ?? []))];
    this.#domains.set(id, domains);
    return domains;
  }

  #term(topologyKey: string, requirements: Term['requirements'], namespaces: readonly string[]): Term {
    const id = JSON.stringify([topologyKey, requirements, namespaces]);
    const known = this.#terms.get(id);
    if (known) return known;
    const term: Term = { topologyKey, requirements, namespaces, selected: new Map(), averse: new Map() };
    this.#terms.set(id, term);
    return term;
  }
}

/** Labels that the pod does not have demand nothing. */
function labelRequirements(keys: readonly string[], operator: 'In' | 'NotIn', { labels }: PackedPod): readonly Requirement[] {
  return keys.flatMap((key) => {
    const value = labels[key];
    return value === undefined ? [] : [{ key, operator, values: [value] }];
  });
}

function selects({ requirements, namespaces }: Term, pod: PackedPod): boolean {
  if (requirements === undefined) return false;
  return (namespaces.length === 0 || namespaces.includes(pod.namespace)) && holdsAll(requirements, pod.labels);
}

/** count + itself − least count of all domains ≤ maxSkew; fewer domains than are wanted count as one that is empty. */
function isEven({ term, selectsItself, maxSkew, domains, minDomains }: Spread, labels: Node['labels']): boolean {
  const domain = labels[term.topologyKey];
  if (domain === undefined) return false;
  const countOf = (each: string): number => term.selected.get(each) ?? 0;
  const least =
    domains.length < minDomains ? 0 : domains.reduce((min, each) => Math.min(min, countOf(each)), Number.POSITIVE_INFINITY);
  return countOf(domain) + (selectsItself ? 1 : 0) - least <= maxSkew;
}

function add(counts: Map<string, number>, domain: string | undefined, by: number): void {
  if (domain === undefined) return;
  const count = (counts.get(domain) ?? 0) + by;
  if (count === 0) counts.delete(domain);
  else counts.set(domain, count);
}
