/** Whether a workload that grows still fits into the quotas of its namespace. The server checks them only when pods are made, so that no dry-run tells. */

import type { ResourceQuota, Resources } from '../../types/workload.ts';
import { amountOf, nameOf, RESOURCES, shown } from '../resource.ts';

/** What a workload would hold more than now, over all its replicas; negative where it would hold less. */
export interface Growth {
  readonly requests: Resources;
  readonly limits: Resources;
}

/** Why it does not fit; undefined where it does, or where what is used is not known. */
export function overQuota(namespace: string, growth: Growth, quotas: readonly ResourceQuota[]): string | undefined {
  for (const quota of quotas) {
    if (quota.namespace !== namespace) continue;
    for (const section of SECTIONS) {
      for (const resource of RESOURCES) {
        const more = amountOf(growth[section], resource) ?? 0;
        const hard = amountOf(quota[section].hard, resource);
        const used = amountOf(quota[section].used, resource);
        if (more <= 0 || hard === undefined || used === undefined || more <= hard - used) continue;
        const left = shown(resource, Math.max(0, hard - used));
        return `it would hold ${shown(resource, more)} more of ${nameOf(resource)} ${section}, and ResourceQuota ${quota.name} leaves ${left} in namespace ${namespace}; raise the quota first`;
      }
    }
  }
  return undefined;
}

const SECTIONS = ['requests', 'limits'] as const;
