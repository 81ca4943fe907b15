/** From what a counter's labels name to the workloads behind it. */

import { workloadKey } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';
import type { Destination } from './families.ts';

const SEPARATORS = ['-', '_', '/', '.'] as const;

export class Destinations {
  readonly #services = new Map<string, Set<string>>();
  readonly #workloads = new Map<string, Set<string>>();
  readonly #joined = new Map<string, Set<string>>();

  constructor(workloads: readonly Workload[]) {
    for (const workload of workloads) {
      const key = workloadKey(workload.ref);
      add(this.#workloads, `${workload.ref.namespace}/${workload.ref.name}`, key);
      for (const { namespace, name } of workload.services) {
        add(this.#services, `${namespace}/${name}`, key);
        for (const separator of SEPARATORS) add(this.#joined, `${separator}${namespace}${separator}${name}`, key);
      }
    }
  }

  /** Keys of the workloads; more than one where a service selects several, or where a joined name can be read in two ways. */
  of(destination: Destination): ReadonlySet<string> {
    if ('service' in destination) return get(this.#services, `${destination.service.namespace}/${destination.service.name}`);
    if ('workload' in destination) return get(this.#workloads, `${destination.workload.namespace}/${destination.workload.name}`);
    return this.#ofJoined(destination.joined, destination.separator);
  }

  /** Ports and hashes follow the service's name: parts are dropped from the end until a service is left. */
  #ofJoined(name: string, separator: string): ReadonlySet<string> {
    const parts = name.split(separator);
    for (let length = parts.length; length >= 2; length--) {
      const found = this.#joined.get(`${separator}${parts.slice(0, length).join(separator)}`);
      if (found) return found;
    }
    return new Set();
  }
}

function add(map: Map<string, Set<string>>, name: string, key: string): void {
  map.set(name, (map.get(name) ?? new Set()).add(key));
}

function get(map: ReadonlyMap<string, ReadonlySet<string>>, name: string): ReadonlySet<string> {
  return map.get(name) ?? new Set();
}
