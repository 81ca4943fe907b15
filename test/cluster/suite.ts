/** Suites of tests that need a real control plane: each of their tests is left out by name, with the reason, where none can run. */

import { skip, suite } from '../harness.ts';
import { clusterAvailable } from './available.ts';

type Hook = (work: () => Promise<void> | void) => void;

export interface ClusterSuite {
  (name: string, work: () => Promise<void> | void): void;
  readonly before: Hook;
  readonly after: Hook;
  readonly run: () => void;
}

export function clusterSuite(name: string): ClusterSuite {
  const test = suite(name);
  const availability = clusterAvailable();
  if (availability.available) return test;
  const leaveOut = (what: string): void => skip(`${name}: ${what}`, availability.reason);
  return Object.assign(leaveOut, { before: () => undefined, after: () => undefined, run: () => test.run() });
}
