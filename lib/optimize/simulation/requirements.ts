/** Terms of node affinity, taints and tolerations, as the scheduler reads them (Kubernetes, "Assigning Pods to Nodes", "Taints and Tolerations"). */

import { holdsAll, type NodeTerm, type Placement, type Taint, type Toleration } from '../../types/placement.ts';
import type { Node } from '../../types/workload.ts';

/** Whether one of the terms holds; a term without any condition holds nowhere. */
function termHolds(terms: readonly NodeTerm[], { name, labels }: Pick<Node, 'name' | 'labels'>): boolean {
  return terms.some(
    (term) =>
      term.labels.length + term.names.length > 0 &&
      holdsAll(term.labels, labels) &&
      holdsAll(term.names, { 'metadata.name': name }),
  );
}

/** Whether node selector and required node affinity let the pod on the node. */
export function selectsNode({ nodeSelector, nodeTerms }: Placement, node: Pick<Node, 'name' | 'labels'>): boolean {
  return (
    (nodeSelector === undefined || holdsAll(nodeSelector, node.labels)) && (nodeTerms === undefined || termHolds(nodeTerms, node))
  );
}

/** The first taint that keeps the pod off; undefined where none does. */
export function untolerated({ tolerations = [] }: Placement, { taints = [] }: Pick<Node, 'taints'>): Taint | undefined {
  return taints.find((taint) => !tolerations.some((toleration) => tolerates(toleration, taint)));
}

function tolerates({ key, operator, value, effect }: Toleration, taint: Taint): boolean {
  if (effect !== undefined && effect !== taint.effect) return false;
  if (key !== undefined && key !== taint.key) return false;
  switch (operator) {
    case 'Exists':
      return true;
    case 'Equal':
      return key !== undefined && value === taint.value;
    case 'Lt':
      return Number(taint.value) < Number(value);
    case 'Gt':
      return Number(taint.value) > Number(value);
  }
}
