/**
 * A program that asks the server of a kubeconfig once and says what came of it: for tests that need a terminal, a signal
 * or a standard error of their own. Usage: `node ask.ts KUBECONFIG`.
 */

import process from 'node:process';
import { connect } from '../../lib/kube/connect.ts';
import { UpidError } from '../../lib/types/errors.ts';
import { testRuntime } from './runtime.ts';

const stop = new AbortController();
process.on('SIGINT', () => stop.abort());

const runtime = testRuntime({
  stdinIsTerminal: process.stdin.isTTY === true,
  warn: (line) => process.stderr.write(`${line}\n`),
});
const client = await connect({ kubeconfig: process.argv[2] ?? '' }, runtime, stop.signal);
try {
  process.stdout.write(`answered ${JSON.stringify(await client.getJson('/version', { source: 'version' }))}\n`);
} catch (error) {
  if (!(error instanceof UpidError)) throw error;
  process.stdout.write(`${error.id}: ${error.message}\n`);
  process.exitCode = error.exitCode;
} finally {
  await client.close();
}
