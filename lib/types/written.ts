/** Values as JSON knows them: what -o json prints, what files hold, and how instants, names and amounts are written in them. */

import { formatCores, formatMebibytes } from './quantity.ts';
import type { ObjectReference, Resources } from './workload.ts';

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [field: string]: Json | undefined;
}

/** What names an object, first of its fields. */
export function referenceFields({ namespace, kind, name, apiVersion, uid }: ObjectReference): JsonObject {
  return { namespace, kind, name, apiVersion, uid };
}

/** `{cpu: '250m', cpuCores: 0.25, memory: '128Mi', memoryBytes: 134217728}`, the names led by `prefix` (`requestedCpu` …); what is absent stays so. */
export function resourceFields({ cpuCores, memoryBytes }: Resources, prefix = ''): Readonly<Record<string, string | number>> {
  const field = (name: string): string => (prefix === '' ? name : `${prefix}${name.charAt(0).toUpperCase()}${name.slice(1)}`);
  return {
    ...(cpuCores !== undefined && { [field('cpu')]: formatCores(cpuCores), [field('cpuCores')]: cpuCores }),
    ...(memoryBytes !== undefined && { [field('memory')]: formatMebibytes(memoryBytes), [field('memoryBytes')]: memoryBytes }),
  };
}

/** Seconds are enough for a person and a schema, so that instants look alike: `2026-03-01T14:05:00Z` (RFC 3339, UTC). */
export function instant(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, 'Z');
}

/** A copy without the fields that are undefined, at any depth, so that JSON, YAML and paths see the same. */
export function withoutAbsent(value: unknown): Json {
  if (Array.isArray(value)) return value.map(withoutAbsent);
  if (typeof value === 'number' && !Number.isFinite(value)) return null;
  if (typeof value !== 'object' || value === null) return value as Json;
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([name, field]) => [name, withoutAbsent(field)]));
}
