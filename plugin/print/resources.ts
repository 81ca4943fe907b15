/** Amounts of CPU and memory as fields of an item: each as Kubernetes writes it, and as a number with its unit in the name. */

import { formatCores, formatMebibytes } from '../../lib/types/quantity.ts';
import type { Resources } from '../../lib/types/workload.ts';
import { NONE } from './table.ts';

/** `{cpu: '250m', cpuCores: 0.25, memory: '128Mi', memoryBytes: 134217728}`, the names led by `prefix` (`requestedCpu` …); what is absent stays so. */
export function resourceFields({ cpuCores, memoryBytes }: Resources, prefix = ''): Readonly<Record<string, string | number>> {
  const field = (name: string): string => (prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  return {
    ...(cpuCores !== undefined && { [field('cpu')]: formatCores(cpuCores), [field('cpuCores')]: cpuCores }),
    ...(memoryBytes !== undefined && { [field('memory')]: formatMebibytes(memoryBytes), [field('memoryBytes')]: memoryBytes }),
  };
}

/** `250m/128Mi`; `<none>` where neither is set. */
export function formatResources({ cpuCores, memoryBytes }: Resources): string {
  if (cpuCores === undefined && memoryBytes === undefined) return NONE;
  return `${cpuCores === undefined ? NONE : formatCores(cpuCores)}/${memoryBytes === undefined ? NONE : formatMebibytes(memoryBytes)}`;
}
