/** A right on a cluster, in the words of `kubectl auth can-i` and of a role's rules. */

export interface Right {
  readonly verb: string;
  /** With its group: `pods`, `deployments.apps`, `services/proxy`. */
  readonly resource: string;
  /** Empty: in all namespaces. Absent: at cluster scope. */
  readonly namespace?: string;
}

/** `list deployments.apps in namespace "shop"`. */
export function formatRight(right: Right): string {
  return `${right.verb} ${right.resource} ${rightPlace(right)}`;
}

/** Where it holds: `in all namespaces`, `in namespace "shop"`, `at cluster scope`. */
export function rightPlace({ namespace }: Right): string {
  if (namespace === undefined) return 'at cluster scope';
  return namespace === '' ? 'in all namespaces' : `in namespace "${namespace}"`;
}
