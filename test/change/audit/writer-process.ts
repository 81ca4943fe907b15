/** Started by trail.test.ts: appends records one after another and tells of each that it is written. */

import process from 'node:process';
import { openTrail } from '../../../lib/change/audit/trail.ts';
import { testRuntime } from '../../kube/runtime.ts';
import { entry } from './entries.ts';

const [folder = '', name = '', records = '0'] = process.argv.slice(2);

function isRunning(id: number): boolean {
  try {
    return process.kill(id, 0);
  } catch {
    return false;
  }
}

const runtime = testRuntime({
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  process: { id: process.pid, host: 'here', user: '', isRunning },
});
const trail = openTrail(folder, runtime);
for (let index = 0; index < Number(records); index++) {
  await trail.append(entry(`${name}-${index}`));
  process.stdout.write(`${name}-${index}.\n`);
}
