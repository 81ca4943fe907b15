/** Who keeps an object as it is: Argo CD, Flux, Helm or an operator. A patch behind their back is undone, or drifts. */

import type { Management } from '../../types/workload.ts';
import type { Controller } from './controllers.ts';

type Marks = Pick<Controller, 'apiVersion' | 'kind' | 'name' | 'labels' | 'annotations' | 'managers' | 'containersPath'>;

/** Reads the marks each tool leaves (Argo CD's tracking, Flux's and Helm's labels and annotations, field managers); undefined when nobody is seen. */
export function managementOf(object: Marks): Management | undefined {
  return argo(object) ?? flux(object) ?? helm(object) ?? operator(object);
}

function argo({ labels, annotations, managers }: Marks): Management | undefined {
  const tracking = annotations['argocd.argoproj.io/tracking-id'];
  if (tracking)
    return { tool: 'argocd', name: tracking.split(':')[0] ?? tracking, evidence: 'annotation argocd.argoproj.io/tracking-id' };
  const instance = labels['argocd.argoproj.io/instance'];
  if (instance) return { tool: 'argocd', name: instance, evidence: 'label argocd.argoproj.io/instance' };
  if (managers.some((manager) => manager.startsWith('argocd'))) {
    return {
      tool: 'argocd',
      name: labels['app.kubernetes.io/instance'] ?? 'unknown application',
      evidence: 'field manager argocd',
    };
  }
  return undefined;
}

function flux({ labels }: Marks): Management | undefined {
  for (const label of ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name']) {
    const name = labels[label];
    if (name) return { tool: 'flux', name, evidence: `label ${label}` };
  }
  return undefined;
}

function helm({ labels, annotations }: Marks): Management | undefined {
  const release = annotations['meta.helm.sh/release-name'];
  if (release) return { tool: 'helm', name: release, evidence: 'annotation meta.helm.sh/release-name' };
  if (labels['app.kubernetes.io/managed-by'] === 'Helm') {
    return {
      tool: 'helm',
      name: labels['app.kubernetes.io/instance'] ?? 'unknown release',
      evidence: 'label app.kubernetes.io/managed-by',
    };
  }
  return undefined;
}

const BUILT_IN: ReadonlySet<string> = new Set(['v1', 'apps/v1', 'batch/v1']);

/** A custom object without a pod template of its own stands for an operator that makes one; else only its labels tell of an operator. */
function operator({ apiVersion, kind, name, labels, containersPath }: Marks): Management | undefined {
  if (!BUILT_IN.has(apiVersion) && containersPath === undefined) {
    return { tool: 'operator', name: `${kind.toLowerCase()}/${name}`, evidence: 'owner reference' };
  }
  // The Operator Lifecycle Manager marks what it installs.
  const installed = labels['olm.owner'];
  if (installed) return { tool: 'operator', name: installed, evidence: 'label olm.owner' };
  const keeper = labels['app.kubernetes.io/managed-by'] ?? '';
  return /operator$/i.test(keeper)
    ? { tool: 'operator', name: keeper, evidence: 'label app.kubernetes.io/managed-by' }
    : undefined;
}
