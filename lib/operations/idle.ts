/** The question of `idle`: look, then judge every workload. */

import { judgeIdle } from '../intelligence/idle/judge.ts';
import type { ExplainResult } from '../types/explanation.ts';
import type { IdleFinding } from '../types/idle.ts';
import type { IdleResult } from '../types/result.ts';
import { workloadKey } from '../types/usage.ts';
import { explanationOf } from './explain.ts';
import { type Look, look, NO_EVIDENCE } from './look.ts';
import type { LookRequest } from './request.ts';

export interface BrowsableIdle {
  readonly result: IdleResult;
  /** Everything behind one of the findings, from what was seen; takes up to some seconds. */
  readonly explain: (finding: IdleFinding) => ExplainResult;
}

/** For those who look at one finding after the other. @throws UpidError as `look`. */
export function findIdleToBrowse(request: LookRequest): Promise<BrowsableIdle> {
  return look(request, { sizing: false }, async (seen) => {
    const provenance = { ...seen.provenance(), settings: request.settings };
    return {
      result: { ...provenance, findings: judgeAll(seen, request) },
      explain: ({ workload: ref }) => {
        const workload = seen.workloads.find((each) => workloadKey(each.ref) === workloadKey(ref));
        return { ...provenance, explanations: workload ? [explanationOf(workload, seen, request)] : [] };
      },
    };
  });
}

/** A finding for each workload that was asked about. */
export function judgeAll({ workloads, objects, evidence, nowMs }: Look, { settings }: LookRequest): readonly IdleFinding[] {
  const context = { nowMs, settings, workloads: objects.workloads, unread: objects.unread };
  return workloads.map((workload) => judgeIdle(workload, evidence.get(workloadKey(workload.ref)) ?? NO_EVIDENCE, context));
}
