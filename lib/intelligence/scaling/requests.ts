/** What a workload's pods ask for and may take together. */

import type { ForecastMetric } from '../../types/forecast.ts';
import type { ContainerSpec, Resources, Workload } from '../../types/workload.ts';

const FIELDS = { cpu: 'cpuCores', memory: 'memoryBytes' } as const;

/** Sums over running pods: the requests that are set, and the limits where every container has one. Network has neither. */
export function boundsOf({ pods }: Workload, metric: ForecastMetric): { readonly request?: number; readonly limit?: number } {
  if (metric === 'network') return {};
  const field = FIELDS[metric];
  const running = pods.filter(({ phase }) => phase !== 'Succeeded' && phase !== 'Failed').flatMap(runningContainers);
  const requests = running.flatMap(({ requests }) => requests[field] ?? []);
  const limits = running.flatMap(({ limits }) => limits[field] ?? []);
  return {
    ...(requests.length > 0 && { request: sum(requests) }),
    ...(limits.length > 0 && limits.length === running.length && { limit: sum(limits) }),
  };
}

function runningContainers({ containers }: Workload['pods'][number]): readonly { requests: Resources; limits: Resources }[] {
  return containers.filter(({ role }: ContainerSpec) => role !== 'init');
}

function sum(amounts: readonly number[]): number {
  return amounts.reduce((total, amount) => total + amount, 0);
}
