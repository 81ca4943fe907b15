/** How often a size is exceeded, and what it frees, on machines that nothing was learned from. */

import { HISTORY_HOURS } from '../../lib/intelligence/forecast/window.ts';
import { isTooShortToSize, recommendPeak, type SizingModel } from '../../lib/intelligence/sizing/recommend.ts';
import type { SizingMetric } from '../../lib/intelligence/sizing/window.ts';
import { SIZING_RISKS, WEEKS_AT_RISK } from '../../lib/types/sizing.ts';
import type { Role, Traces } from '../forecast/traces.ts';
import { midnightAfter } from '../forecast/windows.ts';
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
export function windowsApart(
  traces: Traces,
  provisioned: Provisioned,
  roles: readonly Role[] = ['apart'],
): readonly PeakWindow[] {
  const choice = { roles, stepHours: 96, firstHours: midnightAfter(traces, HISTORY_HOURS / 24) };
  return [...peakWindows(traces, provisioned, choice)];
}

export const CURVE = [0.01, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.125, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8] as const;

export function learnedSize(model: SizingModel, risk: number): (window: PeakWindow) => number {
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

const PEERS: readonly Rule[] = [KRR, VPA, highestTimes(1.15)];

/** The curve of the model over the risk, and the peers' points beside it. */
export function compare(windows: readonly PeakWindow[], metric: SizingMetric, model: SizingModel): readonly Row[] {
  const own = windows.filter((window) => window.metric === metric);
  return [
    ...CURVE.map((risk) => ({ risk, method: riskName(risk), outcome: outcomeOf(own, learnedSize(model, risk)) })),
    ...PEERS.map(({ name, size }) => ({ method: name, outcome: outcomeOf(own, ({ window }) => size(window)) })),
  ];
}

function riskName(risk: number): string {
  const name = SIZING_RISKS.find((each) => WEEKS_AT_RISK[each] === risk);
  return `learned, ${Number((100 * risk).toFixed(1))} % of weeks${name ? ` (${name})` : ''}`;
}
