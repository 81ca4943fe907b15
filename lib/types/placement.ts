/** What a pod demands of the node that it is put on, and what a node lets on: what a scheduler must respect, without what it merely prefers. */

import type { Resources } from './workload.ts';

/** One condition on a label (or on a node's name); `Gt` and `Lt` compare whole numbers. */
export interface Requirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';
  readonly values: readonly string[];
}

export type Labels = Readonly<Record<string, string>>;

/** Whether labels meet all conditions, as apimachinery reads them. */
export function holdsAll(requirements: readonly Requirement[], labels: Labels): boolean {
  return requirements.every((requirement) => holds(requirement, labels));
}

function holds({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
  }
}

/** Nodes of which all of these hold. */
export interface NodeTerm {
  readonly labels: readonly Requirement[];
  /** On `metadata.name`. */
  readonly names: readonly Requirement[];
}

export interface Toleration {
  /** Absent: every key. */
  readonly key?: string;
  readonly operator: 'Equal' | 'Exists' | 'Lt' | 'Gt';
  readonly value: string;
  /** Absent: every effect. */
  readonly effect?: string;
}

/** A taint that keeps pods off; one that is only preferred to be avoided is left out. */
export interface Taint {
  readonly key: string;
  readonly value: string;
  readonly effect: 'NoSchedule' | 'NoExecute';
}

/** Other pods that one wants beside itself, or not, within a topology (a node, a zone). */
export interface PodTerm {
  readonly topologyKey: string;
  /** Empty selects all pods, undefined none. */
  readonly selector: readonly Requirement[] | undefined;
  /** Empty: the pod's own. */
  readonly namespaces: readonly string[];
  /** `all`: of any namespace; `labelled`: of those with certain labels, which are not read. */
  readonly namespaceSelector?: 'all' | 'labelled';
  /** Labels whose value must be the pod's own, and those whose value must differ. */
  readonly sameLabels: readonly string[];
  readonly otherLabels: readonly string[];
}

/** A topologySpreadConstraint with `whenUnsatisfiable: DoNotSchedule`. */
export interface SpreadTerm {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly minDomains?: number;
  readonly selector: readonly Requirement[] | undefined;
  readonly sameLabels: readonly string[];
  /** False: domains count that the pod's own node affinity rules out. */
  readonly honorsAffinity: boolean;
  /** True: domains behind taints that the pod does not tolerate do not count. */
  readonly honorsTaints: boolean;
}

/** Demands of one pod; what it does not demand is absent. Pods of the same demands share one value. */
export interface Placement {
  readonly nodeSelector?: readonly Requirement[];
  /** One of them must hold. */
  readonly nodeTerms?: readonly NodeTerm[];
  readonly tolerations?: readonly Toleration[];
  readonly near?: readonly PodTerm[];
  readonly apart?: readonly PodTerm[];
  readonly spread?: readonly SpreadTerm[];
  /** `TCP/8080`, `TCP/10.0.0.1:8080`. */
  readonly hostPorts?: readonly string[];
  /** Requests beside CPU and memory, by their names. */
  readonly otherRequests?: Readonly<Record<string, number>>;
  /** What the pod's runtime class adds to its requests. */
  readonly overhead?: Resources;
  /** Absent: `default-scheduler`. */
  readonly scheduler?: string;
  /** It claims devices by ResourceClaims. */
  readonly claimsDevices?: true;
}
