/** Questions that a person asks from within a view: about the workload that is selected, while the screen belongs to the view. */

import type { LookRequest } from '../lib/operations/request.ts';
import type { ExplainResult } from '../lib/types/explanation.ts';
import type { ForecastResult } from '../lib/types/forecast.ts';
import type { ObjectReference } from '../lib/types/workload.ts';

type Operation<T> = (request: LookRequest) => Promise<T>;

/** Runs an operation about some workloads of one namespace. */
export type AskAbout = <T>(workloads: readonly ObjectReference[], operation: Operation<T>) => Promise<T>;

/**
 * Shows a view and answers what is asked from it, as `request` would be with other names. Nothing is written over the view: there is no
 * progress, nobody is asked for a password, and warnings are told once it has closed. What is still asked then is cancelled.
 */
export async function whileShown(request: Omit<LookRequest, 'progress'>, show: (ask: AskAbout) => Promise<void>): Promise<void> {
  const warnings = new Set<string>();
  const closed = new AbortController();
  const runtime = { ...request.runtime, stdinIsTerminal: false, warn: (line: string): void => void warnings.add(line) };
  const signal = AbortSignal.any([request.signal, closed.signal]);
  const ask: AskAbout = (workloads, operation) =>
    operation({ ...request, runtime, signal, progress: () => undefined, scope: scopeOf(workloads, request.scope.chunkSize) });
  try {
    await show(ask);
  } finally {
    closed.abort();
    for (const line of warnings) request.runtime.warn(line);
  }
}

/** What `forecast` says of them. */
export async function forecastWholeWeek(request: LookRequest): Promise<ForecastResult> {
  const { forecastWorkloads } = await import('../lib/operations/forecast/forecast.ts');
  return forecastWorkloads({ ...request, metrics: ['cpu', 'memory', 'network'], horizonHours: 168 });
}

/** What `explain` says of them. */
export async function explainAsked(request: LookRequest): Promise<ExplainResult> {
  const { explainWorkloads } = await import('../lib/operations/explain.ts');
  return explainWorkloads(request);
}

function scopeOf(workloads: readonly ObjectReference[], chunkSize: number): LookRequest['scope'] {
  const [first] = workloads;
  return {
    ...(first && { namespace: first.namespace }),
    allNamespaces: workloads.some(({ namespace }) => namespace !== first?.namespace),
    names: workloads.map(({ kind, name }) => ({ kind, name })),
    chunkSize,
  };
}
