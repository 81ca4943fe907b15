/**
 * The table of rights: what every command asks of a cluster, and what is lost where it may not. The lists of objects come from
 * the collector itself, so that a list that is added there is a right here.
 */

import { METRICS_SOURCE } from '../../collect/metrics-api.ts';
import { IDENTITY_RIGHT, OBJECT_LISTS } from '../../collect/objects/collect.ts';
import type { ServicePort } from '../../collect/prometheus/transport.ts';
import { ASKING_COMMANDS, type AskingCommand, formatNeeded, type NeededRight } from '../../types/rights.ts';

export interface RightsOptions {
  /** Servers that are asked through the service proxy. */
  readonly prometheus: readonly Pick<ServicePort, 'namespace' | 'service' | 'port' | 'scheme'>[];
  /** With `--kubelet`: nodes are asked through their proxy. */
  readonly kubelet: boolean;
}

/** Commands that look at the whole picture of workloads. */
const LOOKS: readonly AskingCommand[] = ['idle', 'explain', 'forecast', 'optimize', 'collect'];

/** They look at what is used now and has been. */
const MEASURES: readonly AskingCommand[] = [...LOOKS, 'doctor'];

/** Kinds that a plan patches, besides those of other operators. */
const PATCHED: readonly (readonly [group: string, resource: string])[] = [
  ['apps', 'deployments'],
  ['apps', 'statefulsets'],
  ['apps', 'daemonsets'],
  ['apps', 'replicasets'],
  ['batch', 'cronjobs'],
  ['argoproj.io', 'rollouts'],
];

/** Kinds whose names are completed where nothing else asks for them: all others are listed by a look. */
const COMPLETED: readonly (readonly [group: string, resource: string])[] = [
  ['', 'pods'],
  ['apps', 'deployments'],
  ['apps', 'statefulsets'],
  ['apps', 'daemonsets'],
  ['apps', 'replicasets'],
  ['', 'replicationcontrollers'],
  ['batch', 'cronjobs'],
  ['batch', 'jobs'],
];

/** Name of the API service by which a metrics server is known. */
export const METRICS_API_SERVICE = 'v1beta1.metrics.k8s.io';

/**
 * Every right that some of the commands use, each once: where several use the same, it is needed if one of them needs it.
 * `commands` of each right are those asked for.
 */
export function rightsOf(commands: readonly AskingCommand[], options: RightsOptions): readonly NeededRight[] {
  const all = [
    ...objectRights(),
    identityRight(),
    ...ownerRights(),
    ...metricsRights(),
    ...prometheusRights(options),
    ...collectingRights(options),
    ...patchRights(),
    apiServiceRight(),
    ...completionRights(),
  ];
  const used = all.flatMap((right) => {
    const users = right.commands.filter((command) => commands.includes(command));
    return users.length === 0 ? [] : [{ ...right, commands: users }];
  });
  return [...Map.groupBy(used, identityOf).values()].map(merged);
}

/** Of rights that several commands share, those of one of them, with what it alone loses without them. */
export function asUsedBy<T extends NeededRight>(command: AskingCommand, rights: readonly T[]): readonly T[] {
  const own = new Map(rightsOf([command], { prometheus: [], kubelet: true }).map((right) => [formatNeeded(right), right]));
  return rights
    .filter(({ commands }) => commands.includes(command))
    .map((right) => {
      const { needed, without } = own.get(formatNeeded(right)) ?? right;
      return { ...right, commands: [command], needed, without };
    });
}

function identityOf(right: NeededRight): string {
  const place = typeof right.place === 'object' ? right.place.namespace : '';
  return `${formatNeeded(right)} ${place}`;
}

function merged(rights: readonly [NeededRight, ...NeededRight[]] | NeededRight[]): NeededRight {
  const [first] = rights as readonly [NeededRight];
  const users = new Set(rights.flatMap(({ commands }) => commands));
  return {
    ...first,
    // The wider place holds the narrower one.
    place: rights.some(({ place }) => place === 'cluster') ? 'cluster' : first.place,
    commands: ASKING_COMMANDS.filter((command) => users.has(command)),
    needed: rights.some(({ needed }) => needed),
    optional: rights.every(({ optional }) => optional),
    without: [...new Set(rights.map(({ without }) => without))].join('; '),
  };
}

function objectRights(): readonly NeededRight[] {
  return OBJECT_LISTS.map(({ groupVersion, resource, namespaced, without, optional }) => ({
    verb: 'list',
    group: groupOf(groupVersion),
    resource,
    place: namespaced ? 'scope' : 'cluster',
    commands: LOOKS,
    needed: resource === 'pods',
    without,
    optional,
  }));
}

/** `/apis/apps/v1` → `apps`, `/api/v1` → empty. */
function groupOf(groupVersion: string): string {
  return groupVersion.startsWith('/apis/') ? (groupVersion.split('/')[2] ?? '') : '';
}

function identityRight(): NeededRight {
  const [resource = '', resourceName = ''] = IDENTITY_RIGHT.resource.split('/');
  return {
    verb: IDENTITY_RIGHT.verb,
    group: '',
    resource,
    resourceName,
    place: 'cluster',
    commands: MEASURES,
    needed: false,
    without: 'the history is kept under the address of the server instead of the name of the cluster',
    optional: false,
  };
}

/** Owners of other operators are read one by one, where pods have them; this one is common. */
function ownerRights(): readonly NeededRight[] {
  return [
    {
      verb: 'get',
      group: 'argoproj.io',
      resource: 'rollouts',
      place: 'scope',
      commands: LOOKS,
      needed: false,
      without: 'workloads of Argo Rollouts are shown as their ReplicaSets',
      optional: true,
    },
  ];
}

function metricsRights(): readonly NeededRight[] {
  return [
    {
      verb: 'list',
      group: METRICS_SOURCE,
      resource: 'pods',
      place: 'scope',
      commands: MEASURES,
      needed: false,
      without: 'use at this moment is unknown',
      optional: false,
    },
  ];
}

function prometheusRights({ prometheus }: RightsOptions): readonly NeededRight[] {
  return [
    {
      verb: 'list',
      group: '',
      resource: 'services',
      place: 'cluster',
      commands: MEASURES,
      needed: false,
      without: 'no Prometheus-compatible server can be looked for (name one with --prometheus-url)',
      optional: false,
    },
    ...prometheus.map(
      ({ namespace, service, port, scheme }): NeededRight => ({
        verb: 'get',
        group: '',
        resource: 'services/proxy',
        // As it stands in the path of the request, which is what a rule is compared with.
        resourceName: `${scheme}:${service}:${port}`,
        place: { namespace },
        commands: MEASURES,
        needed: false,
        without: 'Prometheus is not asked: there is no use of the past but what was recorded',
        optional: false,
      }),
    ),
  ];
}

function collectingRights({ kubelet }: RightsOptions): readonly NeededRight[] {
  const shared = { commands: ['collect'], needed: false, optional: false } as const;
  return [
    {
      ...shared,
      verb: 'list',
      group: METRICS_SOURCE,
      resource: 'nodes',
      place: 'cluster',
      without: 'use of nodes is not recorded',
    },
    {
      ...shared,
      verb: 'watch',
      group: '',
      resource: 'pods',
      place: 'scope',
      without: 'pods that come and go between two rounds are not seen',
    },
    ...(kubelet
      ? [
          {
            ...shared,
            verb: 'get',
            group: '',
            resource: 'nodes/proxy',
            place: 'cluster',
            without:
              'kubelets are not asked for network and volumes. This right reaches far beyond reading: it also opens exec into pods',
          } as const,
        ]
      : []),
  ];
}

function patchRights(): readonly NeededRight[] {
  return PATCHED.map(([group, resource]) => ({
    verb: 'patch',
    group,
    resource,
    place: 'scope',
    commands: ['optimize'],
    needed: false,
    without: 'the API server does not try these patches (dry-run). It allows real patches too, and optimize makes none',
    optional: !['apps', 'batch'].includes(group),
  }));
}

function apiServiceRight(): NeededRight {
  return {
    verb: 'get',
    group: 'apiregistration.k8s.io',
    resource: 'apiservices',
    resourceName: METRICS_API_SERVICE,
    place: 'cluster',
    commands: ['doctor'],
    needed: false,
    without: 'why the metrics API does not answer is not told',
    optional: false,
  };
}

function completionRights(): readonly NeededRight[] {
  const names: NeededRight = {
    verb: 'list',
    group: '',
    resource: 'namespaces',
    place: 'cluster',
    commands: ['completion'],
    needed: false,
    without: 'namespaces are not completed',
    optional: false,
  };
  return [
    names,
    ...COMPLETED.map(
      ([group, resource]): NeededRight => ({
        ...names,
        group,
        resource,
        place: 'scope',
        without: `names of ${resource} are not completed`,
      }),
    ),
  ];
}
