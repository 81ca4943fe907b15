/** How often a size is exceeded, and what it frees, on machines that nothing was learned from. */

import { isTooShortToSize, recommendPeak, type SizingModel } from '../../lib/intelligence/sizing/recommend.ts';
import { DAY_HOURS, HISTORY_HOURS, type SizingMetric } from '../../lib/intelligence/sizing/window.ts';
import { SIZING_RISKS, WEEKS_AT_RISK } from '../../lib/types/sizing.ts';
import type { Traces } from '../forecast/traces.ts';
import { midnightAfter } from '../forecast/windows.ts';
import { RISKS } from './calibrate.ts';
import { highestTimes, KRR, type Rule, VPA } from './rules.ts';
import { type PeakWindow, type Provisioned, peakWindows } from './windows.ts';

export interface Outcome {
  /** Share of weeks whose highest hour exceeds the size. */
  readonly exceeded: number;
  /** Share of weeks whose 99th percentile of hourly peaks does. */
  readonly exceededP99: number;
  /** Share of all that was provisioned together which the sizes would free; negative where they ask for more. */
  readonly saved: number;
  /** Mean share freed of each machine, none counted below zero. */
  readonly savedEach: number;
}

/** All that was provisioned is what was provisioned last before each origin; machines of which that is not known count only as exceeded or not. */
export function outcomeOf(windows: readonly PeakWindow[], size: (window: PeakWindow) => number): Outcome {
  let exceeded = 0;
  let exceededP99 = 0;
  let requested = 0;
  let freed = 0;
  let shares = 0;
  let known = 0;
  for (const window of windows) {
    const asked = size(window);
    if (window.peak > asked) exceeded++;
    if (window.p99 > asked) exceededP99++;
    if (Number.isNaN(window.request)) continue;
    requested += window.request;
    freed += window.request - asked;
    shares += Math.max(0, 1 - asked / window.request);
    known++;
  }
  return {
    exceeded: exceeded / windows.length,
    exceededP99: exceededP99 / windows.length,
    saved: freed / requested,
    savedEach: shares / known,
  };
}

/** Full histories of 30 days; origins four days apart, at midnight UTC. */
export function windowsApart(traces: Traces, provisioned: Provisioned): readonly PeakWindow[] {
  const choice = { roles: ['apart'], stepHours: 96, firstHours: midnightAfter(traces, HISTORY_HOURS / DAY_HOURS) } as const;
  return [...peakWindows(traces, provisioned, choice)];
}

function learnedSize(model: SizingModel, risk: number): (window: PeakWindow) => number {
  return ({ history }) => {
    const answer = recommendPeak(history, risk, model);
    if (isTooShortToSize(answer)) throw new Error(`${answer.hours} h of history`);
    return answer.value;
  };
}

export interface Row {
  /** Share of weeks that was asked for; absent for the rules of others. */
  readonly risk?: number;
  readonly method: string;
  readonly outcome: Outcome;
}

const SIMPLE_FACTOR = 1.15;
const PEERS: readonly Rule[] = [KRR, VPA, highestTimes(SIMPLE_FACTOR)];

/** The curve of the model over the risk, and the peers' points beside it. */
export function compare(windows: readonly PeakWindow[], metric: SizingMetric, model: SizingModel): readonly Row[] {
  const own = windows.filter((window) => window.metric === metric);
  return [
    ...RISKS.map((risk) => ({ risk, method: riskName(risk), outcome: outcomeOf(own, learnedSize(model, risk)) })),
    ...PEERS.map(({ name, size }) => ({ method: name, outcome: outcomeOf(own, ({ window }) => size(window)) })),
  ];
}

function riskName(risk: number): string {
  const name = SIZING_RISKS.find((each) => WEEKS_AT_RISK[each] === risk);
  return `learned, ${Number((100 * risk).toFixed(1))} % of weeks${name ? ` (${name})` : ''}`;
}

/** What counts as an exceeded week: the highest hour of memory; of CPU, which waits, the 99th percentile of hourly peaks. */
export function exceededOf(metric: SizingMetric, { exceeded, exceededP99 }: Outcome): number {
  return metric === 'cpu' ? exceededP99 : exceeded;
}

/** What a curve of rows frees at a share of exceeded weeks: linear between its points; undefined beyond its ends. */
export function savedAt(metric: SizingMetric, rows: readonly Row[], share: number): number | undefined {
  const points = rows
    .map(({ outcome }) => ({ exceeded: exceededOf(metric, outcome), saved: outcome.saved }))
    .toSorted((a, b) => a.exceeded - b.exceeded);
  const upper = points.findIndex(({ exceeded }) => exceeded >= share);
  if (upper < 1) return undefined;
  const [low, high] = [points[upper - 1]!, points[upper]!];
  return low.saved + ((share - low.exceeded) / (high.exceeded - low.exceeded)) * (high.saved - low.saved);
}

const FACTORS = [0.9, 1, 1.05, 1.1, 1.15, 1.2, 1.3, 1.5, 1.75, 2] as const;

/** The best of the simple rules as a curve: the highest of 30 days times other factors. */
export function simpleCurve(windows: readonly PeakWindow[], metric: SizingMetric): readonly Row[] {
  const own = windows.filter((window) => window.metric === metric);
  return FACTORS.map((factor) => {
    const { name, size } = highestTimes(factor);
    return { method: name, outcome: outcomeOf(own, ({ window }) => size(window)) };
  });
}
