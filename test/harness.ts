/** The one place that knows the test library (uvu): `suite(name)` gives a test function with hooks; run() is called at the end of each file. */

import process from 'node:process';

export { suite } from 'uvu';
export * as assert from 'uvu/assert';

/** Leaves a case out where this machine lacks what it needs, and says so: the runner counts these lines and repeats them at its end. */
export function skip(what: string, reason: string): void {
  process.stdout.write(`skipped: ${what}: ${reason}\n`);
}
