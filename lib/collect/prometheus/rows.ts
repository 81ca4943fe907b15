/** Answers whose rows are workloads, gathered into one series of slots per workload. */

import type { SlotGrid, SlotValues } from '../../types/usage.ts';
import type { Series } from './answer.ts';
import { slotEndingAt } from './grids.ts';
import type { QueryGroup } from './groups.ts';
import type { ContainerLabels } from './labels.ts';
import { OWNER_PATTERN, ownerOfPod } from './owner-keys.ts';

/** Label that the owner's name is written into. */
const OWNER_LABEL = 'upid_owner';

/** Aggregates a vector with one element per pod to one per workload: `max by (namespace, owner)`. */
export function perWorkload(group: QueryGroup, labels: ContainerLabels, perPod: string, extra = '', operator = 'max'): string {
  const keep = extra === '' ? '' : `, ${extra}`;
  if (group.by === 'pod') return `${operator} by (${labels.namespace}, ${labels.pod}${keep}) (${perPod})`;
  return `${operator} by (${labels.namespace}, ${OWNER_LABEL}${keep}) (label_replace(${perPod}, "${OWNER_LABEL}", "$1", "${labels.pod}", "${OWNER_PATTERN}"))`;
}

/** The workload of a row; undefined for a row of another workload. */
export function workloadOfRow(group: QueryGroup, labels: ContainerLabels, row: Series): string | undefined {
  const name = group.by === 'pod' ? row.labels[labels.pod] : row.labels[OWNER_LABEL];
  return group.keys.get(`${row.labels[labels.namespace]}/${name}`);
}

/** The workload of a pod, told by its name alone where the group is; undefined for a pod of another workload. */
export function workloadOfPod(group: QueryGroup, namespace: string, pod: string): string | undefined {
  return group.keys.get(`${namespace}/${group.by === 'pod' ? pod : ownerOfPod(pod)}`);
}

/** Rows into slots; rows of one workload are joined by `join`, the larger one unless told otherwise. */
export function slotsPerWorkload(
  group: QueryGroup,
  labels: ContainerLabels,
  grid: SlotGrid,
  rows: readonly Series[],
  join: (a: number, b: number) => number = Math.max,
): ReadonlyMap<string, SlotValues> {
  const found = new Map<string, SlotValues>();
  for (const row of rows) {
    const key = workloadOfRow(group, labels, row);
    if (key === undefined) continue;
    const slots = found.get(key) ?? new Float64Array(grid.slots).fill(Number.NaN);
    found.set(key, slots);
    addRow(slots, grid, row, join);
  }
  return found;
}

export function addRow(slots: SlotValues, grid: SlotGrid, row: Series, join: (a: number, b: number) => number): void {
  for (const [index, seconds] of row.times.entries()) {
    const slot = slotEndingAt(grid, seconds);
    const value = row.values[index];
    if (value === undefined || slot < 0 || slot >= grid.slots) continue;
    const before = slots[slot]!;
    slots[slot] = Number.isNaN(before) ? value : join(before, value);
  }
}
