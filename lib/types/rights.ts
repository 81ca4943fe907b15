/** What a command may do on a cluster, and what it is for. */

/** Commands that ask a cluster for anything. */
export const ASKING_COMMANDS = ['idle', 'explain', 'forecast', 'optimize', 'collect', 'doctor', 'completion'] as const;

export type AskingCommand = (typeof ASKING_COMMANDS)[number];

/** One right: a verb on a resource, as a rule of a role grants it. */
export interface NeededRight {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  /** With its subresource: `services/proxy`. */
  readonly resource: string;
  /** Absent: any object. */
  readonly resourceName?: string;
  /** `cluster`: objects at cluster scope, or of all namespaces. `scope`: those of the namespaces that are looked at. Else this one namespace. */
  readonly place: 'cluster' | 'scope' | { readonly namespace: string };
  /** Commands that use it. */
  readonly commands: readonly AskingCommand[];
  /** True: these commands can do nothing without it. False: they say less. */
  readonly needed: boolean;
  /** What is lost without it, as a clause: `capacity is unknown`. */
  readonly without: string;
  /** Used only where the cluster serves its API group: what is not there costs nothing. */
  readonly optional: boolean;
}

/** A right with what the API server says about it. */
export interface ReviewedRight extends NeededRight {
  readonly state: 'held' | 'missing' | 'unknown';
  /** Why it is unknown, or the server's own reason. */
  readonly reason: string;
  /** False: the cluster does not serve the API group, so that nothing is lost. */
  readonly served: boolean;
  /** Where it was asked: empty for all namespaces, absent for cluster scope. */
  readonly namespace?: string;
}

/** `get services/proxy`, `list deployments.apps`, `get namespaces/kube-system`. */
export function formatNeeded({
  verb,
  group,
  resource,
  resourceName,
}: Pick<NeededRight, 'verb' | 'group' | 'resource' | 'resourceName'>): string {
  return `${verb} ${resource}${group && `.${group}`}${resourceName === undefined ? '' : `/${resourceName}`}`;
}
