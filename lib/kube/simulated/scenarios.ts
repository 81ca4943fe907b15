/**
 * The labelled scenarios: what workloads look like that are idle, used, kept on purpose, or too little known. A scenario and
 * a seed make descriptions whose labels hold at any moment and with seven days of history or more.
 */

import type { WorkloadDescription } from './description.ts';
import { Draw } from './scenarios/draw.ts';
import { IDLE_SCENARIOS } from './scenarios/idle.ts';
import { KEPT_SCENARIOS } from './scenarios/kept.ts';
import { USED_SCENARIOS } from './scenarios/used.ts';
import { WITHHELD_SCENARIOS } from './scenarios/withheld.ts';

const SCENARIOS = { ...IDLE_SCENARIOS, ...USED_SCENARIOS, ...KEPT_SCENARIOS, ...WITHHELD_SCENARIOS } as const;

export type ScenarioName = keyof typeof SCENARIOS;

export const SCENARIO_NAMES = Object.keys(SCENARIOS) as readonly ScenarioName[];

export interface ScenarioOptions {
  /** Sizes, levels, noise and hours are drawn from it. */
  readonly seed: number;
  readonly namespace: string;
  /** Name of the workload, or what the names of several begin with; drawn from the seed when absent. */
  readonly name?: string;
  /** Zone of those who use it, IANA; Europe/Berlin when absent. */
  readonly timeZone?: string;
}

/** The workloads of a scenario: one, or a pair that belongs together. */
export function scenario(name: ScenarioName, options: ScenarioOptions): readonly WorkloadDescription[] {
  const { seed, timeZone = 'Europe/Berlin', ...place } = options;
  return SCENARIOS[name](new Draw(seed, name), { ...place, timeZone }).map((workload) => ({ ...workload, scenario: name }));
}
