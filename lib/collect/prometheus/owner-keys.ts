/**
 * Which workload a series belongs to, told from the pod's name by the server itself, so that one row per workload comes back
 * instead of one per pod, and pods that are gone are counted with those that replaced them.
 *
 * Names as Kubernetes makes them: `<deployment>-<template hash>-<5>`, `<cronjob>-<minutes>-<5>`, `<statefulset>-<ordinal>`,
 * `<daemonset, job>-<5>`. The 5 come from `bcdfghjklmnpqrstvwxz2456789` (apimachinery, util/rand); the template hash is a
 * decimal number in the first letters that the same alphabet has for digits (`456789bcdf`).
 */

import { workloadKey } from '../../types/usage.ts';
import type { Workload } from '../../types/workload.ts';

const RANDOM = '[bcdfghjklmnpqrstvwxz2456789]{5}';
const SUFFIX = `-[456789bcdf]{1,10}-${RANDOM}|-[0-9]{8,10}-${RANDOM}|-[0-9]{1,5}|-${RANDOM}`;

/** RE2 and JavaScript agree on it: the shortest beginning that leaves a known ending, else the whole name. */
export const OWNER_PATTERN = `(.+?)(?:${SUFFIX})?`;

const OWNER = new RegExp(`^${OWNER_PATTERN}$`);

/** What the pattern makes of a pod's name, as the server will. */
export function ownerOfPod(pod: string): string {
  return OWNER.exec(pod)?.[1] ?? pod;
}

/** Rows that come back, to workloads. */
export interface OwnerKeys {
  /** `namespace/owner` → key of the workload, for workloads whose owner names are theirs alone. */
  readonly byOwner: ReadonlyMap<string, string>;
  /** Workloads that share an owner name with another one in the namespace: these are asked for pod by pod. */
  readonly ambiguous: readonly Workload[];
}

/** Assigns owner names to workloads by the pods that exist, and finds the names that two workloads share. */
export function ownerKeys(workloads: readonly Workload[]): OwnerKeys {
  const claims = new Map<string, Set<Workload>>();
  for (const workload of workloads) {
    for (const pod of workload.pods) {
      const owner = `${pod.namespace}/${ownerOfPod(pod.name)}`;
      claims.set(owner, (claims.get(owner) ?? new Set()).add(workload));
    }
  }
  const ambiguous = new Set(
    [...claims.values()].filter((claimants) => claimants.size > 1).flatMap((claimants) => [...claimants]),
  );
  const byOwner = new Map<string, string>();
  for (const [owner, claimants] of claims) {
    const [only] = claimants;
    if (only && claimants.size === 1 && !ambiguous.has(only)) byOwner.set(owner, workloadKey(only.ref));
  }
  return { byOwner, ambiguous: [...ambiguous] };
}

/** `namespace/pod` → key of the workload. */
export function podKeys(workloads: readonly Workload[]): ReadonlyMap<string, string> {
  return new Map(
    workloads.flatMap((workload) =>
      workload.pods.map((pod) => [`${pod.namespace}/${pod.name}`, workloadKey(workload.ref)] as const),
    ),
  );
}
