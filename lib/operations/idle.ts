/** The question of `idle`: look, then judge every workload. */

import { judgeIdle } from '../intelligence/idle/judge.ts';
import type { IdleFinding } from '../types/idle.ts';
import type { IdleResult } from '../types/result.ts';
import { workloadKey } from '../types/usage.ts';
import { type Look, look, NO_EVIDENCE } from './look.ts';
import type { LookRequest } from './request.ts';

/** @throws UpidError as `look`. */
export function findIdle(request: LookRequest): Promise<IdleResult> {
  return look(request, { sizing: false }, async (seen) => ({
    ...seen.provenance(),
    settings: request.settings,
    findings: judgeAll(seen, request),
  }));
}

/** A finding for each workload that was asked about. */
export function judgeAll({ workloads, objects, evidence, nowMs }: Look, { settings }: LookRequest): readonly IdleFinding[] {
  const context = { nowMs, settings, workloads: objects.workloads, unread: objects.unread };
  return workloads.map((workload) => judgeIdle(workload, evidence.get(workloadKey(workload.ref)) ?? NO_EVIDENCE, context));
}
