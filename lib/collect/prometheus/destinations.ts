/** From what a counter's labels name to the workloads behind it. */

import { workloadKey } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import { type Destination, SEPARATORS, type Separator } from './families.ts';
import { ownerKeys, ownerOfPod, podKeys } from './owner-keys.ts';

export class Destinations {
  readonly #services = new Map<string, Set<string>>();
  readonly #workloads = new Map<string, Set<string>>();
  readonly #joined = new Map<string, Set<string>>();
  readonly #routes = new Map<string, Set<string>>();
  readonly #pods: ReadonlyMap<string, string>;
  readonly #owners: ReadonlyMap<string, string>;

  constructor(workloads: readonly Workload[]) {
    this.#pods = podKeys(workloads);
    this.#owners = ownerKeys(workloads).byOwner;
    for (const workload of workloads) {
      const key = workloadKey(workload.ref);
      add(this.#workloads, `${workload.ref.namespace}/${workload.ref.name}`, key);
      for (const { namespace, name } of workload.services) {
        add(this.#services, `${namespace}/${name}`, key);
        for (const separator of SEPARATORS) add(this.#joined, `${separator}${namespace}${separator}${name}`, key);
      }
      for (const { namespace, name, rule } of workload.routes ?? []) {
        add(this.#routes, `${namespace}/${name}`, key);
        add(this.#routes, `${namespace}/${name}/${rule}`, key);
      }
    }
  }

  /**
   * Keys of the workloads; more than one where a service or a rule of a route leads to several, or where a joined name can be
   * read in two ways.
   */
  of(destination: Destination): ReadonlySet<string> {
    if ('service' in destination) return get(this.#services, pathOf(destination.service));
    if ('workload' in destination) return get(this.#workloads, pathOf(destination.workload));
    if ('pod' in destination) return this.#ofPod(destination.pod);
    if ('route' in destination) {
      const { rule } = destination.route;
      return get(this.#routes, rule === undefined ? pathOf(destination.route) : `${pathOf(destination.route)}/${rule}`);
    }
    if ('anyOf' in destination) return new Set(destination.anyOf.flatMap((each) => [...this.of(each)]));
    return this.#ofJoined(destination.joined, destination.separator);
  }

  /** A pod that is gone is told by its name. */
  #ofPod(pod: { readonly namespace: string; readonly name: string }): ReadonlySet<string> {
    const found = this.#pods.get(pathOf(pod)) ?? this.#owners.get(`${pod.namespace}/${ownerOfPod(pod.name)}`);
    return new Set(found === undefined ? [] : [found]);
  }

  /** Ports and hashes follow the service's name: parts are dropped from the end until a service is left. */
  #ofJoined(name: string, separator: Separator): ReadonlySet<string> {
    const parts = name.split(separator);
    for (let length = parts.length; length >= 2; length--) {
      const found = this.#joined.get(`${separator}${parts.slice(0, length).join(separator)}`);
      if (found) return found;
    }
    return new Set();
  }
}

function pathOf({ namespace, name }: { readonly namespace: string; readonly name: string }): string {
  return `${namespace}/${name}`;
}

function add(map: Map<string, Set<string>>, name: string, key: string): void {
  map.set(name, (map.get(name) ?? new Set()).add(key));
}

function get(map: ReadonlyMap<string, ReadonlySet<string>>, name: string): ReadonlySet<string> {
  return map.get(name) ?? new Set();
}
