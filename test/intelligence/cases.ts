/** Labelled cases drawn from a seed: a scenario at some moment, somewhere, with evidence of some form, and what the judge says of it. */

import { readCase } from '../../lib/collect/cases/read.ts';
import type { Term } from '../../lib/intelligence/idle/confidence.ts';
import { judgement } from '../../lib/intelligence/idle/judge.ts';
import { defaultIdleSettings } from '../../lib/intelligence/idle/settings.ts';
import { between, pick } from '../../lib/kube/simulated/random.ts';
import { type ScenarioName, scenario } from '../../lib/kube/simulated/scenarios.ts';
import { judgementOfCase } from '../../lib/operations/evaluate-idle.ts';
import type { IdleFinding, Verdict } from '../../lib/types/idle.ts';
import { workloadKey } from '../../lib/types/usage.ts';
import { type EvidencePeriod, type EvidenceShape, evidenceOf } from './evidence.ts';
import { foreignCase } from './foreign/write.ts';
import { observed } from './observed.ts';

/** What scores are made of. */
export interface ScoredCase {
  /** The scenario or family that it was drawn from. */
  readonly family: string;
  readonly seed: number;
  readonly label: Verdict;
  readonly finding: IdleFinding;
  /** That the verdict is right, as the judge says. */
  readonly probability: number;
  readonly terms: readonly Term[];
}

export interface JudgedCase extends ScoredCase {
  readonly period: EvidencePeriod;
}

/** Moments of two years are drawn from here on: each weekday, hour, and change of summer time. */
const FIRST_MS = Date.UTC(2025, 0, 1);
const SPAN_MS = 2 * 365 * 86_400_000;

const ZONES = [
  'Europe/Berlin',
  'America/New_York',
  'Asia/Tokyo',
  'UTC',
  'Pacific/Auckland',
  'America/Los_Angeles',
  'Asia/Kolkata',
];

const SHAPES: readonly EvidenceShape[] = ['samples', 'prometheus', 'history'];

export interface CaseOptions {
  readonly shapes?: readonly EvidenceShape[];
  /** Steps of the samples, seconds; those of Prometheus' shape are 5 minutes. */
  readonly steps?: readonly number[];
  readonly days?: readonly number[];
}

/** Every workload of the scenario, judged. */
export async function judgedCases(name: ScenarioName, seed: number, options: CaseOptions = {}): Promise<readonly JudgedCase[]> {
  const timeZone = pick(ZONES, seed, name, 'zone');
  const shape = pick(options.shapes ?? SHAPES, seed, name, 'shape');
  const period: EvidencePeriod = {
    shape,
    nowMs: Math.floor(between(FIRST_MS, FIRST_MS + SPAN_MS, seed, name, 'now') / 1000) * 1000,
    days: pick(options.days ?? [7, 7, 14, 21], seed, name, 'days'),
    stepSeconds: shape === 'prometheus' ? 300 : pick(options.steps ?? [60, 300], seed, name, 'step'),
    seed,
    lost: pick([0, 0.002, 0.01], seed, name, 'lost'),
  };
  const described = scenario(name, { seed, namespace: `ns-${seed}`, timeZone });
  const workloads = await observed(described, period.nowMs);
  const context = { nowMs: period.nowMs, settings: defaultIdleSettings(timeZone), workloads, unread: [] };
  return described.map((each): JudgedCase => {
    const workload = workloads.find(({ ref }) => ref.name === (each.owner?.name ?? each.name))!;
    return { family: name, seed, label: each.label, ...judgement(workload, evidenceOf(each, period), context), period };
  });
}

/** A case of the other generator, as a line of a file of cases. */
export async function judgedForeignCase(family: string, seed: number): Promise<ScoredCase> {
  const { line, label } = foreignCase(family, seed);
  const judged = await judgementOfCase(readCase(JSON.stringify(line)), defaultIdleSettings('UTC'), new AbortController().signal);
  if (!judged) throw new Error(`${family} ${seed} has no workload`);
  return { family, seed, label, ...judged };
}

/** Names a case in a message, with what the judge said. */
export function describeCase({ family: name, seed, label, finding, period }: JudgedCase): string {
  const { shape, days, stepSeconds, nowMs } = period;
  const when = new Date(nowMs).toISOString().slice(0, 16);
  return `${name} seed ${seed} (${shape}, ${days} d, ${stepSeconds} s, ${when}) ${workloadKey(finding.workload)}: ${label}, judged ${finding.verdict} ${finding.confidence.toFixed(3)}: ${finding.reason}`;
}
