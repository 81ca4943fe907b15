/** Whether a pod that grows still fits on a node, were it empty. */

import { formatCores, formatMebibytes } from '../../types/quantity.ts';
import type { Node, Resources } from '../../types/workload.ts';

/** Why it does not; undefined where it does, or where no node is known. */
export function misfit(pod: Resources, nodes: readonly Node[]): string | undefined {
  const known = nodes.filter(({ allocatable }) => allocatable.cpuCores !== undefined && allocatable.memoryBytes !== undefined);
  const { cpuCores = 0, memoryBytes = 0 } = pod;
  const fits = known.some(({ allocatable }) => cpuCores <= allocatable.cpuCores! && memoryBytes <= allocatable.memoryBytes!);
  if (known.length === 0 || fits) return undefined;
  return `its pods would need ${formatCores(cpuCores)} CPU and ${formatMebibytes(memoryBytes)} memory, and no node has as much`;
}
