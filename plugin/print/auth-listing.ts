/** Identities and rights as lists: `auth whoami`, `auth can-i`, `auth manifest -o json`. */

import type { CanI } from '../../lib/operations/auth/can-i.ts';
import type { CredentialDescription, WhoAmI } from '../../lib/types/identity.ts';
import { rightPlace } from '../../lib/types/right.ts';
import { type AskingCommand, formatNeeded, type NeededRight, type ReviewedRight } from '../../lib/types/rights.ts';
import { instant, type JsonObject, withoutAbsent } from './item.ts';
import type { Listing, Row } from './listing.ts';
import { NONE, UNKNOWN } from './table.ts';

/** A line of the table; the first is the name of the user. The one item of the list holds them all. */
interface Attribute {
  readonly attribute: string;
  readonly value: string;
}

/** One item; in a table, as kubectl has it, one line for each thing that is known. */
export function whoAmIListing(answer: WhoAmI, asTable: boolean): Listing<Attribute> {
  const { connection, identity } = answer;
  const [credential] = connection.credentials;
  const item = withoutAbsent({
    username: identity?.username,
    uid: identity?.uid,
    groups: identity?.groups,
    extra: identity?.extra,
    context: connection.context,
    server: connection.server,
    namespace: connection.namespace,
    kubeconfigUser: connection.user,
    inCluster: connection.inCluster,
    credentials: connection.credentials.map(credentialFields),
    expiresAt: credential?.expiresAtMs === undefined ? undefined : instant(credential.expiresAtMs),
    impersonated: connection.impersonated,
    reason: answer.reason,
  }) as JsonObject;
  const attributes = attributesOf(answer);
  const shown = asTable ? attributes : attributes.slice(0, 1);
  return {
    columns: [
      { heading: 'ATTRIBUTE', cell: ({ attribute }) => attribute, sortKey: ({ attribute }) => attribute },
      { heading: 'VALUE', cell: ({ value }) => value, sortKey: ({ value }) => value },
    ],
    rows: shown.map((value): Row<Attribute> => ({ value, item })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'IdentityList',
      metadata: { simulated: answer.simulated, askedAt: instant(answer.askedAtMs) },
      items,
    }),
    name: ({ value }) => `user/${value}`,
    csvColumns: ['username', 'uid', 'context', 'server', 'namespace', 'kubeconfigUser', 'expiresAt'],
  };
}

function credentialFields({ method, detail, expiresAtMs }: CredentialDescription): JsonObject {
  return { method, detail, ...(expiresAtMs !== undefined && { expiresAt: instant(expiresAtMs) }) };
}

function attributesOf({ connection, identity, askedAtMs }: WhoAmI): readonly Attribute[] {
  const { impersonated } = connection;
  const line = (attribute: string, value: string): Attribute => ({ attribute, value: value || NONE });
  return [
    line('Username', identity === undefined ? UNKNOWN : identity.username),
    ...(identity?.uid ? [line('UID', identity.uid)] : []),
    ...(identity ? [line('Groups', identity.groups.join(', '))] : []),
    ...Object.entries(identity?.extra ?? {}).map(([key, values]) => line(`Extra: ${key}`, values.join(', '))),
    line('Context', connection.context),
    line('Server', connection.server),
    line('Namespace', connection.namespace),
    line('Kubeconfig user', connection.user),
    line(
      'Credential',
      connection.credentials.map((each) => credentialText(each, connection.inCluster)).join(', with ') || 'none: anonymous',
    ),
    ...connection.credentials.flatMap(({ expiresAtMs }) =>
      expiresAtMs === undefined ? [] : [line(expiresAtMs <= askedAtMs ? 'Expired' : 'Expires', instant(expiresAtMs))],
    ),
    ...(impersonated
      ? [line('Impersonated', [impersonated.user, ...impersonated.groups.map((group) => `group ${group}`)].join(', '))]
      : []),
  ];
}

function credentialText({ method, detail }: CredentialDescription, inCluster: boolean): string {
  switch (method) {
    case 'certificate':
      return `client certificate (${detail})`;
    case 'token':
      return 'bearer token';
    case 'token-file':
      return inCluster ? `service account of this pod (${detail})` : `bearer token from ${detail}`;
    case 'basic':
      return `password of ${detail}`;
    case 'exec':
      return `credential plugin ${detail}`;
    case 'auth-provider':
      return `auth provider ${detail}`;
  }
}

function rightFields(right: NeededRight): JsonObject {
  const { verb, group, resource, resourceName, place, commands, needed, without, optional } = right;
  return withoutAbsent({
    right: formatNeeded(right),
    verb,
    group,
    resource,
    resourceName,
    place: typeof place === 'object' ? `namespace ${place.namespace}` : place === 'scope' ? 'namespaces looked at' : 'cluster',
    commands,
    needed,
    without,
    onlyWhereServed: optional,
  }) as JsonObject;
}

/** What `auth manifest` grants, with reasons. */
export function rightsListing(rights: readonly NeededRight[]): Listing<NeededRight> {
  return {
    columns: [
      { heading: 'RIGHT', cell: formatNeeded, sortKey: formatNeeded },
      { heading: 'NEEDED', cell: neededText, sortKey: neededText },
      { heading: 'COMMANDS', cell: ({ commands }) => commands.join(','), sortKey: ({ commands }) => commands.join(',') },
      { heading: 'WITHOUT-IT', cell: ({ without }) => without, sortKey: ({ without }) => without },
    ],
    rows: rights.map((value) => ({ value, item: rightFields(value) })),
    list: (items) => ({ apiVersion: 'upid.dev/v1alpha1', kind: 'NeededRightList', metadata: {}, items }),
    name: (right) => formatNeeded(right).replace(' ', '/'),
    csvColumns: ['right', 'verb', 'group', 'resource', 'resourceName', 'place', 'needed', 'without', 'onlyWhereServed'],
  };
}

function neededText({ needed }: NeededRight): string {
  return needed ? 'yes' : 'no';
}

export function canIListing(answer: CanI): Listing<ReviewedRight> {
  return {
    columns: [
      { heading: 'RIGHT', cell: formatNeeded, sortKey: formatNeeded },
      { heading: 'WHERE', cell: rightPlace, sortKey: rightPlace },
      { heading: 'STATE', cell: ({ state }) => state, sortKey: ({ state }) => state },
      { heading: 'NEEDED', cell: neededText, sortKey: neededText },
      { heading: 'COMMANDS', cell: ({ commands }) => commands.join(','), sortKey: ({ commands }) => commands.join(',') },
      { heading: 'LOST', cell: lossText, sortKey: lossText },
    ],
    rows: answer.rights.map((value) => ({
      value,
      item: withoutAbsent({
        ...rightFields(value),
        // Empty: all namespaces; absent: at cluster scope.
        namespace: value.namespace,
        state: value.state,
        served: value.served,
        reason: value.reason || undefined,
        simulated: answer.simulated,
      }) as JsonObject,
    })),
    list: (items) => ({
      apiVersion: 'upid.dev/v1alpha1',
      kind: 'ReviewedRightList',
      metadata: {
        simulated: answer.simulated,
        askedAt: instant(answer.askedAtMs),
        context: answer.context,
        server: answer.server,
        namespace: answer.namespace,
        sufficient: !lacksNeeded(answer),
      },
      items,
    }),
    name: (right) => formatNeeded(right).replace(' ', '/'),
    csvColumns: ['right', 'namespace', 'state', 'needed', 'served', 'without', 'reason'],
  };
}

function lossText({ state, served, without, reason }: ReviewedRight): string {
  if (state === 'held') return NONE;
  if (!served) return 'nothing: the cluster does not serve it';
  return state === 'unknown' ? reason : without;
}

/** A right that a command cannot do without is missing, or nobody knows. */
export function lacksNeeded({ rights }: Pick<CanI, 'rights'>): boolean {
  return rights.some(({ needed, state }) => needed && state !== 'held');
}

/** How many are missing, and what grants them. */
export function canINotes(answer: CanI, command: AskingCommand | undefined, programName: string): readonly string[] {
  const missing = answer.rights.filter(({ state, served }) => state === 'missing' && served);
  if (missing.length === 0) return [];
  const proxied = missing.find(({ resource }) => resource === 'services/proxy');
  const flags = [
    `--for ${command ?? 'all'}`,
    ...(answer.namespace === '' ? [] : [`-n ${answer.namespace}`]),
    ...(proxied ? [`--prometheus ${proxied.namespace}/${proxied.resourceName?.replace(/^http:/, '')}`] : []),
    ...(missing.some(({ resource }) => resource === 'nodes/proxy') ? ['--kubelet'] : []),
  ];
  const count = missing.length === 1 ? '1 right is missing' : `${missing.length} rights are missing`;
  return [`${count}; granted to a service account by: ${programName} auth manifest ${flags.join(' ')} | kubectl apply -f -`];
}
