/** The one place that knows the test library (uvu): `suite(name)` gives a test function with hooks; run() is called at the end of each file. */

export { suite } from 'uvu';
export * as assert from 'uvu/assert';
