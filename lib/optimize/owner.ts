/** What a workload is by itself that keeps it from being changed: who keeps it, what depends on it, and what could not be read. */

import type { Management, Workload } from '../types/workload.ts';
import type { PlanContext } from './context.ts';

/** Why an object that somebody keeps as it is is not patched behind their back, and where to make the change instead. `instead`: `replicas: 0`. */
export function keptElsewhere({ tool, name, evidence }: Management, instead: string): string {
  switch (tool) {
    case 'argocd':
      return `Argo CD keeps it (application ${name}, told by ${evidence}) and would undo a patch; in the application's repository set ${instead}`;
    case 'flux':
      return `Flux keeps it (${name}, told by ${evidence}) and would undo a patch; in the repository that it applies set ${instead}`;
    case 'helm':
      return `Helm keeps it (release ${name}, told by ${evidence}) and its next upgrade would undo a patch; in the release's values set ${instead}`;
    case 'operator':
      return `${name} keeps it (told by ${evidence}) and would undo a patch; in ${name} set ${instead}`;
  }
}

/** Its name in a sentence. */
export function keeperOf({ tool, name }: Management): string {
  const names: Readonly<Record<Management['tool'], string>> = { argocd: 'Argo CD', flux: 'Flux', helm: 'Helm', operator: name };
  return names[tool];
}

/** Why a workload that keeps the cluster running is left alone, unless somebody has asked for it. */
export function protectedReason(workload: Workload, context: PlanContext): string | undefined {
  return context.settings.protectSystem ? systemReason(workload, context) : undefined;
}

/** What says that a workload keeps the cluster running. */
export function systemReason({ ref, priorityClassName }: Workload, { settings }: PlanContext): string | undefined {
  if (settings.systemNamespaces.includes(ref.namespace)) {
    return `namespace ${ref.namespace} keeps the cluster itself running: what stands in it is sized and scaled by who runs the cluster`;
  }
  if (priorityClassName !== undefined && settings.criticalPriorityClasses.includes(priorityClassName)) {
    return `priority class ${priorityClassName} says that the cluster itself depends on it`;
  }
  return undefined;
}

/** Kinds of the API server itself that run pods. */
const BUILT_IN_GROUPS: ReadonlySet<string> = new Set(['v1', 'apps/v1', 'batch/v1']);

export function isCustomKind({ ref }: Pick<Workload, 'ref'>): boolean {
  return !BUILT_IN_GROUPS.has(ref.apiVersion);
}

/** Why nothing is known of a built-in kind's own fields: only references to it could be read. */
export function unreadReason({ ref }: Pick<Workload, 'ref'>): string {
  return `${ref.kind} ${ref.name} itself could not be read; grant the right to list ${ref.kind.toLowerCase()}s`;
}

export function atZeroReason({ desiredReplicas }: Pick<Workload, 'desiredReplicas'>): string | undefined {
  return desiredReplicas === 0 ? 'it is at zero replicas and holds nothing' : undefined;
}
