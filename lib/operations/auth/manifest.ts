/** Rights as RBAC objects: a service account, the roles that hold just these rights, and their bindings, as YAML to apply. */

import { UpidError } from '../../types/errors.ts';
import { formatNeeded, type NeededRight } from '../../types/rights.ts';
import { commandsOf, type Profile } from './profiles.ts';
import { type RightsOptions, rightsOf } from './rights.ts';

export interface ManifestOptions extends RightsOptions {
  readonly profile: Profile;
  /** Rights hold in this namespace alone, where that can be; undefined: in all. */
  readonly namespace: string | undefined;
  readonly serviceAccount: { readonly namespace: string; readonly name: string };
}

export interface Manifest {
  readonly rights: readonly NeededRight[];
  readonly yaml: string;
}

/** One role, and where it is bound. */
interface Role {
  /** Undefined: a ClusterRole. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly rights: readonly NeededRight[];
}

const RBAC = 'rbac.authorization.k8s.io';

/** @throws UpidError usage for names that Kubernetes would not take. */
export function makeManifest(options: ManifestOptions): Manifest {
  for (const [what, name] of [
    ['namespace', options.namespace],
    ['namespace', options.serviceAccount.namespace],
    ['service account', options.serviceAccount.name],
  ] as const)
    checkName(what, name);
  const rights = rightsOf(commandsOf(options.profile), options);
  const roles = rolesOf(rights, options);
  const documents = [serviceAccount(options), ...roles.flatMap((role) => [roleYaml(role), bindingYaml(role, options)])];
  return { rights, yaml: `${heading(options)}${documents.join('---\n')}` };
}

/** DNS-1123 subdomain, as far as names here go. */
function checkName(what: string, name: string | undefined): void {
  if (name === undefined || (name.length <= 253 && /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/.test(name))) return;
  throw new UpidError('usage', `"${name}" is no name of a ${what}`, {
    remedy: 'it consists of lower-case letters, digits, dashes and dots',
  });
}

function rolesOf(rights: readonly NeededRight[], { namespace, serviceAccount, profile }: ManifestOptions): readonly Role[] {
  const name = `kubectl-upid-${profile}`;
  // Cluster roles are shared by the whole cluster: two accounts must not take each other's.
  const whole = `${name}:${serviceAccount.namespace}:${serviceAccount.name}`;
  const placed = Map.groupBy(rights, ({ place }) => {
    if (typeof place === 'object') return place.namespace;
    return place === 'scope' ? namespace : undefined;
  });
  return [...placed].map(([where, held]) => ({
    namespace: where,
    name: where === undefined ? whole : `${name}-${serviceAccount.name}`,
    rights: held,
  }));
}

function heading({ profile, namespace, serviceAccount, prometheus, kubelet }: ManifestOptions): string {
  const where = namespace === undefined ? 'in all namespaces' : `in namespace ${namespace}`;
  const lines = [
    `What kubectl-upid may do ${where}, for: ${commandsOf(profile).join(', ')}.`,
    `Made by: kubectl upid auth manifest ${flagsOf({ profile, namespace, serviceAccount, prometheus, kubelet }).join(' ')}`,
    ...(prometheus.length === 0
      ? ['Prometheus is not among it: add --prometheus NAMESPACE/SERVICE:PORT, or use --prometheus-url.']
      : []),
    `A token: kubectl create token ${serviceAccount.name} -n ${serviceAccount.namespace}`,
  ];
  return lines.map((line) => `# ${line}\n`).join('');
}

/** The flags that make the same manifest again. */
function flagsOf({ profile, namespace, serviceAccount, prometheus, kubelet }: ManifestOptions): readonly string[] {
  return [
    `--for ${profile}`,
    ...(namespace === undefined ? [] : [`-n ${namespace}`]),
    `--service-account ${serviceAccount.namespace}/${serviceAccount.name}`,
    ...(kubelet ? ['--kubelet'] : []),
    ...prometheus.map(
      (each) => `--prometheus ${each.namespace}/${each.scheme === 'https' ? 'https:' : ''}${each.service}:${each.port}`,
    ),
  ];
}

function serviceAccount({ serviceAccount: { namespace, name } }: ManifestOptions): string {
  return `apiVersion: v1\nkind: ServiceAccount\n${metadata(name, namespace)}`;
}

function metadata(name: string, namespace?: string): string {
  const place = namespace === undefined ? '' : `  namespace: ${quoted(namespace)}\n`;
  return `metadata:\n  name: ${quoted(name)}\n${place}  labels:\n    app.kubernetes.io/name: kubectl-upid\n`;
}

function kindOf({ namespace }: Role): 'Role' | 'ClusterRole' {
  return namespace === undefined ? 'ClusterRole' : 'Role';
}

function roleYaml(role: Role): string {
  const rules = role.rights.map(ruleYaml).join('');
  return `apiVersion: ${RBAC}/v1\nkind: ${kindOf(role)}\n${metadata(role.name, role.namespace)}rules:\n${rules}`;
}

function ruleYaml(right: NeededRight): string {
  const { verb, group, resource, resourceName, needed } = right;
  return [
    `  # ${formatNeeded(right)}: ${needed ? 'needed' : 'used'} by ${right.commands.join(', ')}.`,
    `  # Without it ${right.without}.`,
    `  - apiGroups: [${JSON.stringify(group)}]`,
    `    resources: [${JSON.stringify(resource)}]`,
    ...(resourceName === undefined ? [] : [`    resourceNames: [${JSON.stringify(resourceName)}]`]),
    `    verbs: [${JSON.stringify(verb)}]`,
    '',
  ].join('\n');
}

function bindingYaml(role: Role, { serviceAccount: { namespace, name } }: ManifestOptions): string {
  return [
    `apiVersion: ${RBAC}/v1`,
    `kind: ${kindOf(role)}Binding`,
    `${metadata(role.name, role.namespace)}roleRef:`,
    `  apiGroup: ${RBAC}`,
    `  kind: ${kindOf(role)}`,
    `  name: ${quoted(role.name)}`,
    'subjects:',
    '  - kind: ServiceAccount',
    `    name: ${quoted(name)}`,
    `    namespace: ${quoted(namespace)}`,
    '',
  ].join('\n');
}

/** A name of digits, or one such as `null`, would be read as something else. */
function quoted(name: string): string {
  return JSON.stringify(name);
}
