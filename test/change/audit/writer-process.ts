/** Started by trail.test.ts: appends records one after another and tells of each that it is written. */

import process from 'node:process';
import { openTrail } from '../../../lib/change/audit/trail.ts';
import { testRuntime } from '../../kube/runtime.ts';
import { OWN_PROCESS } from '../own-process.ts';
import { entry } from './entries.ts';

const [folder = '', name = '', records = '0'] = process.argv.slice(2);

const runtime = testRuntime({
  now: Date.now,
  elapsed: () => performance.now(),
  random: Math.random,
  process: OWN_PROCESS,
});
const trail = openTrail(folder, runtime);
for (let index = 0; index < Number(records); index++) {
  await trail.append(entry(`${name}-${index}`));
  process.stdout.write(`${name}-${index}.\n`);
}
