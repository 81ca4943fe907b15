/** A large cluster for measurements: many pods of some two hundred workloads, each like one of the labelled scenarios. */

import type { ClusterDescription, WorkloadDescription } from '../../lib/kube/simulated/description.ts';
import { SCENARIO_NAMES, scenario } from '../../lib/kube/simulated/scenarios.ts';

const SEED = 7;
const NODES = 50;
const WORKLOADS = 190;
const NAMESPACES = 20;

/** What stands once in a cluster, or on every node, does not grow with it. */
const SINGLE: ReadonlySet<WorkloadDescription['kind']> = new Set(['DaemonSet', 'CronJob', 'Job', 'Pod']);

/** 190 workloads on 50 nodes with so many pods in all. */
export function bigCluster(pods = 1000): ClusterDescription {
  const workloads = numbered().take(WORKLOADS).toArray();
  const growing = workloads.filter(({ kind }) => !SINGLE.has(kind));
  const left = pods - (workloads.length - growing.length);
  let given = 0;
  return {
    name: 'big',
    seed: SEED,
    nodes: Array.from({ length: NODES }, (_, index) => ({ name: `node-${index + 1}`, cpu: '64', memory: '256Gi' })),
    workloads: workloads.map((workload) => {
      if (SINGLE.has(workload.kind)) return workload;
      given++;
      return {
        ...workload,
        replicas: Math.floor((left * given) / growing.length) - Math.floor((left * (given - 1)) / growing.length),
      };
    }),
  };
}

/** Workloads of all scenarios over and over, with names of their own. One per node would be too many of one kind. */
function* numbered(): Generator<WorkloadDescription> {
  for (let index = 0; ; index++) {
    const name = SCENARIO_NAMES[index % SCENARIO_NAMES.length]!;
    const place = { seed: SEED + index, namespace: `team-${(index % NAMESPACES) + 1}`, name: `${name}-${index}` };
    yield* scenario(name, place).filter(({ kind }) => kind !== 'DaemonSet');
  }
}
