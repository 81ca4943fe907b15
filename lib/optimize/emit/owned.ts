/** What somebody else keeps is not patched behind their back: what would be patched, in the form that its keeper takes it in. */

import type { Emitted, ValueChange } from '../../types/plan.ts';
import type { Management, Workload } from '../../types/workload.ts';
import { isCustomKind, keptElsewhere } from '../owner.ts';
import type { Proposal } from '../proposal.ts';
import { type Plain, toYaml } from './yaml.ts';

/** The proposal as something to be carried out elsewhere; as it is where nobody keeps the workload. */
export function emittedIfOwned(proposal: Proposal, workload: Workload): Proposal {
  const { management } = workload;
  if (!management) return proposal;
  const values = proposal.changes.map(({ container, field, from, to }) =>
    container === undefined ? `${field}: ${to}` : `${container} ${field}: ${to} (now ${from ?? 'not set'})`,
  );
  return {
    ...proposal,
    patch: [],
    undo: [],
    emitted: emitted(proposal.changes, workload, management),
    warnings: [keptElsewhere(management, values.join(', ')), ...proposal.warnings],
    dryRun: { state: 'not-asked', reason: 'nothing is written to the cluster' },
  };
}

function emitted(changes: readonly ValueChange[], workload: Workload, management: Management): Emitted {
  const { tool, name } = management;
  if (tool === 'helm') {
    const values = helmValues(changes, workload);
    if (values !== undefined) return { form: 'helm-values', text: values, destination: `the values of Helm release ${name}` };
  }
  return { form: 'kustomize', text: kustomizePatch(changes, workload), destination: DESTINATIONS[tool](name) };
}

const DESTINATIONS: Readonly<Record<Management['tool'], (name: string) => string>> = {
  argocd: (name) => `the repository of Argo CD application ${name}`,
  flux: (name) => `the repository that Flux applies as ${name}`,
  helm: (name) => `the chart, or a post-renderer, of Helm release ${name}`,
  operator: (name) => `where ${name} takes these values from`,
};

/** Names of values are a chart's own; these two are what `helm create` begins with. Of several containers it says nothing. */
function helmValues(changes: readonly ValueChange[], { containers }: Workload): string | undefined {
  const [first] = containers;
  if (changes.some(({ container }) => container !== undefined && container !== first?.name)) return undefined;
  const replicas = changes.find(({ field }) => field === 'replicas');
  const values: Plain = replicas === undefined ? { resources: resourcesOf(changes) } : { replicaCount: Number(replicas.to) };
  return `# Named as most charts name them; see helm show values for this one's.\n${toYaml(values)}`;
}

/** A strategic merge patch, which finds containers by their names. */
function kustomizePatch(changes: readonly ValueChange[], workload: Workload): string {
  const { ref, containersPath } = workload;
  const identity = { apiVersion: ref.apiVersion, kind: ref.kind, metadata: { name: ref.name, namespace: ref.namespace } };
  const replicas = changes.find(({ field }) => field === 'replicas');
  if (replicas !== undefined) return toYaml({ ...identity, spec: { replicas: Number(replicas.to) } });
  const steps = (containersPath ?? '').split('/').slice(1, -1);
  const inner = steps.toReversed().reduce<Plain>((value, step) => ({ [step]: value }), listsOf(changes, workload));
  const note = isCustomKind(workload)
    ? `# ${ref.kind} is a custom kind, whose lists kustomize replaces as a whole: name the other containers too.\n`
    : '';
  return `${note}${toYaml({ ...identity, ...(inner as Readonly<Record<string, Plain>>) })}`;
}

function listsOf(changes: readonly ValueChange[], { containers }: Workload): Plain {
  const named = (wanted: 'app' | 'init'): readonly Plain[] =>
    containers
      .filter(({ role }) => (role === 'app') === (wanted === 'app'))
      .map(({ name }) => ({ name, own: changes.filter(({ container }) => container === name) }))
      .filter(({ own }) => own.length > 0)
      .map(({ name, own }) => ({ name, resources: resourcesOf(own) }));
  const [app, init] = [named('app'), named('init')];
  return { ...(app.length > 0 && { containers: app }), ...(init.length > 0 && { initContainers: init }) };
}

function resourcesOf(changes: readonly ValueChange[]): Plain {
  const section = (wanted: string): Plain =>
    Object.fromEntries(
      changes.flatMap(({ field, to }) => (field.startsWith(`${wanted}.`) ? [[field.slice(wanted.length + 1), to]] : [])),
    );
  const [requests, limits] = [section('requests'), section('limits')];
  const isAny = (value: Plain): boolean => Object.keys(value).length > 0;
  return { ...(isAny(requests) && { requests }), ...(isAny(limits) && { limits }) };
}
