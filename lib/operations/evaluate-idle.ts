/** Verdicts on a file of cases, by the same steps as `idle`: each case is its own small cluster at its own moment. */

import { collectCase } from '../collect/cases/collect.ts';
import { type IdleCase, readCase } from '../collect/cases/read.ts';
import { parseBusinessHours } from '../intelligence/idle/business-hours.ts';
import { NOTHING_TO_JUDGE_CONFIDENCE } from '../intelligence/idle/confidence.ts';
import { type Judgement, judgement } from '../intelligence/idle/judge.ts';
import { defaultBusinessHours } from '../intelligence/idle/settings.ts';
import { UNTOLD_SERVICES } from '../intelligence/idle/standby.ts';
import { UpidError } from '../types/errors.ts';
import type { IdleSettings, Verdict } from '../types/idle.ts';
import type { Runtime } from '../types/runtime.ts';
import type { ReportProgress } from '../types/source.ts';
import { eachLine, writeLines } from './lines.ts';

export interface EvaluateIdleRequest {
  readonly input: string;
  readonly output: string;
  /** The rule's settings, where a case does not bring its own business hours. */
  readonly settings: IdleSettings;
  readonly runtime: Runtime;
  readonly signal: AbortSignal;
  readonly progress: ReportProgress;
}

/** One line of the output. */
export interface CaseVerdict {
  readonly case: string;
  readonly verdict: Verdict;
  /** Probability that the verdict is right, 0–1. */
  readonly confidence: number;
  /** What kept another verdict from being given; empty unless unknown. */
  readonly missing: readonly string[];
}

export interface IdleEvaluation {
  readonly cases: number;
  readonly verdicts: Readonly<Record<Verdict, number>>;
}

/**
 * Judges each line of the input and writes one line each, in the same order. The output appears when all is done.
 * @throws UpidError input-invalid with the number of the line; output-unwritable; cancelled
 */
export async function evaluateIdle(request: EvaluateIdleRequest): Promise<IdleEvaluation> {
  const { input, output, settings, signal, progress, runtime } = request;
  const verdicts = { idle: 0, active: 0, unknown: 0 };
  let cases = 0;
  await writeLines(output, runtime, async (write) => {
    for await (const { text, number } of eachLine(input, signal)) {
      const verdict = await atLine(input, number, async () => judgeCase(readCase(text), settings, signal));
      verdicts[verdict.verdict] += 1;
      cases += 1;
      await write(JSON.stringify(verdict));
      progress({ step: 'judging cases', done: cases });
    }
  });
  return { cases, verdicts };
}

/** An error in a case is told with its line. */
async function atLine<T>(file: string, line: number, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof UpidError) || error.id === 'cancelled') throw error;
    throw new UpidError('input-invalid', `line ${line} of ${file} is no case: ${error.message}`, {
      remedy: 'mend the line; nothing was written',
      cause: error,
    });
  }
}

async function judgeCase(given: IdleCase, settings: IdleSettings, signal: AbortSignal): Promise<CaseVerdict> {
  const judged = await judgementOfCase(given, settings, signal);
  if (!judged) return { case: given.id, verdict: 'unknown', confidence: NOTHING_TO_JUDGE_CONFIDENCE, missing: [NO_PODS] };
  const { finding, probability } = judged;
  return {
    case: given.id,
    verdict: finding.verdict,
    confidence: probability,
    missing: finding.missing.map(({ what }) => what),
  };
}

const NO_PODS = 'life: the objects hold no pod that runs';

/** The judgement on the workload that a case is about; undefined where it has none. */
export async function judgementOfCase(
  given: IdleCase,
  settings: IdleSettings,
  signal: AbortSignal,
): Promise<Judgement | undefined> {
  const { objects, workload, evidence } = await collectCase(given, { sidecars: settings.sidecars, signal });
  if (!workload) return undefined;
  return judgement(workload, evidence, {
    nowMs: given.nowMs,
    settings: { ...settings, businessHours: businessHoursOf(given, settings) },
    workloads: objects.workloads,
    // A case need not tell of services.
    unread: hasServices(given) ? objects.unread : [...objects.unread, UNTOLD_SERVICES],
  });
}

function hasServices({ objects }: IdleCase): boolean {
  return JSON.stringify(objects).includes('"Service"');
}

/** @throws UpidError input-invalid for hours or a zone that cannot be read */
function businessHoursOf(
  { businessHours, timeZone }: IdleCase,
  { businessHours: usual }: IdleSettings,
): IdleSettings['businessHours'] {
  const zone = timeZone ?? usual.timeZone;
  // A text is read in any case, so that a zone that is none is told.
  const hours = parseBusinessHours(businessHours ?? 'Mon-Fri 08:00-18:00', zone);
  if (typeof hours === 'string') throw new UpidError('input-invalid', hours);
  return businessHours === undefined ? defaultBusinessHours(hours.timeZone) : hours;
}
