/** Amounts of CPU and memory as fields of an item and as a cell of a table. */

import { formatCores, formatMebibytes } from '../../lib/types/quantity.ts';
import type { Resources } from '../../lib/types/workload.ts';
import { NONE } from './table.ts';

export { resourceFields } from '../../lib/types/written.ts';

/** `250m/128Mi`; `<none>` where neither is set. */
export function formatResources({ cpuCores, memoryBytes }: Resources): string {
  if (cpuCores === undefined && memoryBytes === undefined) return NONE;
  return `${cpuCores === undefined ? NONE : formatCores(cpuCores)}/${memoryBytes === undefined ? NONE : formatMebibytes(memoryBytes)}`;
}
