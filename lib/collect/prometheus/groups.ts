/** Workloads in groups of a bounded size, each asked with queries of its own, so that no answer and no URL grows without bound. */

import { isSidecar } from '../../types/sidecar.ts';
import type { Workload } from '../../types/workload.ts';
import { ownerKeys, ownerOfPod, podKeys } from './owner-keys.ts';

/** Pods a query covers: 2,000 × 4,032 five-minute steps of a fortnight stay far below Prometheus' 50 million samples a query. */
const PODS_A_GROUP = 2000;

/** Letters of alternatives in one selector: with them a URL stays below the 8 KB that proxies allow. */
const SELECTOR_CHARACTERS = 2500;

/** So few workloads are selected by name; more of them by namespace alone, which the server resolves faster. */
const WORKLOADS_BY_NAME = 40;

export interface QueryGroup {
  readonly workloads: readonly Workload[];
  readonly namespaces: readonly string[];
  /** Alternatives for the pod label, anchored by the server; undefined for all pods of the namespaces. */
  readonly pods: string | undefined;
  /** What rows are told apart by. */
  readonly by: 'owner' | 'pod';
  /** `namespace/owner` or `namespace/pod` → key of the workload. */
  readonly keys: ReadonlyMap<string, string>;
  /** Container names that are no part of the app. */
  readonly leftOut: readonly string[];
}

/** All workloads that have pods, in groups. `extraSidecars` as in the settings. */
export function queryGroups(workloads: readonly Workload[], extraSidecars: readonly string[]): readonly QueryGroup[] {
  const withPods = workloads.filter((workload) => workload.pods.length > 0);
  const names = containerNames(withPods, extraSidecars);
  const { byOwner, ambiguous } = ownerKeys(withPods);
  const apart = new Set(ambiguous);
  const groups: QueryGroup[] = [];
  for (const [leftOut, alike] of Map.groupBy(withPods, (workload) => leftOutOf(workload, names, extraSidecars).join('|'))) {
    const containers = leftOut === '' ? [] : leftOut.split('|');
    // Names of containers that another workload uses for its app are told apart by asking for these pods alone.
    const byName = leftOut !== names.common.join('|');
    groups.push(
      ...ownerGroups(
        alike.filter((workload) => !apart.has(workload)),
        byOwner,
        containers,
        byName,
      ),
    );
    groups.push(
      ...podGroups(
        alike.filter((workload) => apart.has(workload)),
        containers,
      ),
    );
  }
  return groups;
}

/** Two halves of a group, for a server that found the whole too much; undefined when it is a single workload. */
export function halves(group: QueryGroup): readonly QueryGroup[] | undefined {
  if (group.workloads.length < 2) return undefined;
  const middle = Math.ceil(group.workloads.length / 2);
  const part = (workloads: readonly Workload[]): readonly QueryGroup[] =>
    group.by === 'pod' ? podGroups(workloads, group.leftOut) : ownerGroups(workloads, group.keys, group.leftOut, true);
  return [...part(group.workloads.slice(0, middle)), ...part(group.workloads.slice(middle))];
}

interface ContainerNames {
  /** Sidecars and init containers whose names no app container of any workload has. */
  readonly common: readonly string[];
  readonly app: ReadonlySet<string>;
}

function containerNames(workloads: readonly Workload[], extraSidecars: readonly string[]): ContainerNames {
  const app = new Set<string>();
  const other = new Set<string>();
  for (const workload of workloads) {
    const apps = appNames(workload, extraSidecars);
    for (const container of containersOf(workload)) (apps.has(container.name) ? app : other).add(container.name);
  }
  return { common: [...other].filter((name) => !app.has(name)).toSorted(), app };
}

/** Names of the app's containers; all of them where everything in the pod looks like a sidecar, because then that is the app. */
export function appNames(workload: Workload, extraSidecars: readonly string[]): ReadonlySet<string> {
  const regular = containersOf(workload).filter((container) => container.role === 'app');
  const apps = regular.filter((container) => !isSidecar(container, extraSidecars));
  return new Set((apps.length > 0 ? apps : regular).map((container) => container.name));
}

/** As its pods have them, which may differ from its template. */
export function containersOf(workload: Workload): Workload['containers'] {
  return workload.pods[0]?.containers ?? workload.containers;
}

function leftOutOf(workload: Workload, names: ContainerNames, extraSidecars: readonly string[]): readonly string[] {
  const apps = appNames(workload, extraSidecars);
  const own = containersOf(workload).flatMap(({ name }) => (!apps.has(name) && names.app.has(name) ? [name] : []));
  return [...names.common, ...own].toSorted();
}

function ownerGroups(
  workloads: readonly Workload[],
  keys: ReadonlyMap<string, string>,
  leftOut: readonly string[],
  byName: boolean,
): readonly QueryGroup[] {
  const perNamespace = Map.groupBy(workloads, (workload) => workload.ref.namespace);
  const isLarge = (workload: Workload): boolean => podCount(perNamespace.get(workload.ref.namespace) ?? []) > PODS_A_GROUP;
  const named = byName ? workloads : workloads.filter(isLarge);
  const whole = byName ? [] : workloads.filter((workload) => !isLarge(workload));
  const group = (part: readonly Workload[], selected: boolean): QueryGroup => {
    const owners = part.flatMap(ownerNames);
    return {
      workloads: part,
      namespaces: namespacesOf(part),
      pods: selected ? `(?:${alternatives([...new Set(owners)])})(?:-.+)?` : undefined,
      by: 'owner',
      keys: keysOf(part, keys),
      leftOut,
    };
  };
  return [
    ...packed(named, ownerNames).map((part) => group(part, true)),
    ...packed(whole, () => []).map((part) =>
      group(part, part.length <= WORKLOADS_BY_NAME && lengthOf(part.flatMap(ownerNames)) <= SELECTOR_CHARACTERS),
    ),
  ];
}

function podGroups(workloads: readonly Workload[], leftOut: readonly string[]): readonly QueryGroup[] {
  const podNames = (workload: Workload): readonly string[] => workload.pods.map((pod) => pod.name);
  return packed(workloads, podNames).map((part) => ({
    workloads: part,
    namespaces: namespacesOf(part),
    // One workload of hundreds of pods is asked for with all of its namespace.
    pods: lengthOf(part.flatMap(podNames)) <= SELECTOR_CHARACTERS ? alternatives(part.flatMap(podNames)) : undefined,
    by: 'pod',
    keys: podKeys(part),
    leftOut,
  }));
}

function ownerNames(workload: Workload): readonly string[] {
  return [...new Set(workload.pods.map((pod) => ownerOfPod(pod.name)))];
}

function namespacesOf(workloads: readonly Workload[]): readonly string[] {
  return [...new Set(workloads.map((workload) => workload.ref.namespace))];
}

/** Only the group's own rows are taken from its answers: another group's have other containers left out. */
function keysOf(workloads: readonly Workload[], keys: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const owners = workloads.flatMap((workload) => ownerNames(workload).map((owner) => `${workload.ref.namespace}/${owner}`));
  return new Map(
    owners.flatMap((owner) => {
      const key = keys.get(owner);
      return key === undefined ? [] : [[owner, key] as const];
    }),
  );
}

function podCount(workloads: readonly Workload[]): number {
  return workloads.reduce((sum, workload) => sum + workload.pods.length, 0);
}

/** Packs workloads, namespace after namespace, into parts below the bounds; `names` are what the selector will hold of each. */
function packed(
  workloads: readonly Workload[],
  names: (workload: Workload) => readonly string[],
): readonly (readonly Workload[])[] {
  const parts: Workload[][] = [];
  let pods = 0;
  let characters = 0;
  for (const [namespace, inside] of Map.groupBy(workloads, (workload) => workload.ref.namespace)) {
    // A namespace is not torn apart unless its names are what is selected by.
    for (const unit of names(inside[0]!).length > 0 ? inside.map((each) => [each]) : [inside]) {
      const added = lengthOf(unit.flatMap(names)) + namespace.length + 1;
      if (parts.length === 0 || pods + podCount(unit) > PODS_A_GROUP || characters + added > SELECTOR_CHARACTERS) {
        parts.push([]);
        pods = 0;
        characters = 0;
      }
      parts.at(-1)!.push(...unit);
      pods += podCount(unit);
      characters += added;
    }
  }
  return parts;
}

function lengthOf(names: readonly string[]): number {
  return names.reduce((sum, name) => sum + name.length + 3, 0);
}

/** Names of Kubernetes objects hold no other letter of meaning to a regular expression than the dot. */
export function alternatives(names: readonly string[]): string {
  return names.map((name) => name.replaceAll('.', '[.]')).join('|');
}
