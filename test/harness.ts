/** The one place that knows the test library (uvu): `suite(name)` gives a test function with hooks; run() is called at the end of each file. */

import process from 'node:process';

import { suite as uvuSuite } from 'uvu';

export * as assert from 'uvu/assert';

/** A suite as uvu makes it, but for what is thrown before its first test: uvu would keep that to itself. */
export function suite(name: string): ReturnType<typeof uvuSuite> {
  const test = uvuSuite(name);
  const { before } = test;
  const told: typeof before = Object.assign((hook: Parameters<typeof before>[0]) => {
    before(async (context) => {
      try {
        await hook(context);
      } catch (error) {
        process.stdout.write(`${name}: before the first test: ${error instanceof Error ? error.stack : String(error)}\n`);
        throw error;
      }
    });
  }, before);
  return Object.assign(test, { before: told });
}

/** Leaves a case out where this machine lacks what it needs, and says so: the runner counts these lines and repeats them at its end. */
export function skip(what: string, reason: string): void {
  process.stdout.write(`skipped: ${what}: ${reason}\n`);
}
