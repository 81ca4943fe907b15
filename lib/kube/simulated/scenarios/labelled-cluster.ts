/** A cluster with one of each labelled scenario, spread over the namespaces and nodes of a small company. */

import type { ClusterDescription, NodeDescription, WorkloadDescription } from '../description.ts';
import { SCENARIO_NAMES, type ScenarioName, scenario } from '../scenarios.ts';

const NAMESPACES = ['shop', 'finance', 'internal', 'staging'];

const ZONES = ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'];

export interface LabelledClusterOptions {
  readonly name?: string;
  /** Those of one of each scenario when absent. */
  readonly scenarios?: readonly ScenarioName[];
  readonly timeZone?: string;
  readonly nodes?: number;
}

/** Every scenario once. Names of workloads are unique in the whole cluster. */
export function labelledCluster(seed: number, options: LabelledClusterOptions = {}): ClusterDescription {
  const { name = 'simulated', scenarios = SCENARIO_NAMES, timeZone, nodes = 6 } = options;
  const workloads = scenarios.flatMap((each, index) =>
    scenario(each, { seed, namespace: namespaceOf(each, index), ...(timeZone !== undefined && { timeZone }) }),
  );
  return {
    name,
    seed,
    nodes: Array.from({ length: nodes }, (_, index) => node(index)),
    workloads: workloads.map((workload) => onEachNode(workload, nodes)),
  };
}

function namespaceOf(name: ScenarioName, index: number): string {
  return name === 'forgotten-staging' ? 'staging' : NAMESPACES[index % NAMESPACES.length]!;
}

function onEachNode(workload: WorkloadDescription, nodes: number): WorkloadDescription {
  return workload.kind === 'DaemonSet' ? { ...workload, replicas: nodes } : workload;
}

function node(index: number): NodeDescription {
  const zone = ZONES[index % ZONES.length]!;
  return { name: `node-${index + 1}`, cpu: '8', memory: '32Gi', instanceType: 'm7i.2xlarge', zone };
}
