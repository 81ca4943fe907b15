/** CPU and memory alike: the field each stands in, and its written form. */

import { cpuQuantity, formatCores, formatMebibytes, memoryQuantity, parseQuantity } from '../types/quantity.ts';
import type { Resources } from '../types/workload.ts';

export type ResourceName = 'cpu' | 'memory';

export const RESOURCES: readonly ResourceName[] = ['cpu', 'memory'];

/** Cores or bytes; undefined where it is not set. */
export function amountOf(resources: Resources, resource: ResourceName): number | undefined {
  return resource === 'cpu' ? resources.cpuCores : resources.memoryBytes;
}

export function resourcesFrom(amount: (resource: ResourceName) => number | undefined): Resources {
  const cpuCores = amount('cpu');
  const memoryBytes = amount('memory');
  return { ...(cpuCores !== undefined && { cpuCores }), ...(memoryBytes !== undefined && { memoryBytes }) };
}

/** Whether there is more of anything in the first. */
export function exceeds(a: Resources, b: Resources): boolean {
  return RESOURCES.some((resource) => (amountOf(a, resource) ?? 0) > (amountOf(b, resource) ?? 0));
}

/** The quantity that is written into a manifest: whole millicores or mebibytes, rounded up. */
export function quantityOf(resource: ResourceName, amount: number): string {
  return resource === 'cpu' ? cpuQuantity(amount) : memoryQuantity(amount);
}

/** An amount rounded up to what can be written. */
export function roundedUp(resource: ResourceName, amount: number): number {
  return parseQuantity(quantityOf(resource, amount))!;
}

/** An amount as `kubectl top` shows it. */
export function shown(resource: ResourceName, amount: number): string {
  return resource === 'cpu' ? formatCores(amount) : formatMebibytes(amount);
}

/** The resource's name within a sentence. */
export function nameOf(resource: ResourceName): string {
  return resource === 'cpu' ? 'CPU' : 'memory';
}
