/** Locks between processes: one holder, and what a dead one left holds up nobody. */

import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { takeLock } from '../../lib/disk/lock.ts';
import type { ProcessIdentity } from '../../lib/types/runtime.ts';
import { assert, suite } from '../harness.ts';
import { errorOf } from '../kube/config.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';

const test = suite('locks');

const DEAD = 999_999;

function runtimeOf(id: number, changes: Partial<ProcessIdentity> = {}) {
  return testRuntime({
    random: Math.random,
    process: { id, host: 'here', user: '', isRunning: (other) => other !== DEAD, ...changes },
  });
}

async function taken(file: string, id = 1, changes: Partial<ProcessIdentity> = {}) {
  const outcome = await takeLock(file, `of ${id}`, runtimeOf(id, changes));
  assert.ok('lock' in outcome, JSON.stringify(outcome));
  return outcome.lock;
}

test('a second taker is told who holds it and what for; after its release it gets it', async () => {
  const file = join(temporaryFolder(), 'lock');
  const lock = await taken(file);
  const outcome = await takeLock(file, 'of 2', runtimeOf(2));
  assert.ok('holder' in outcome);
  assert.equal([outcome.holder.processId, outcome.holder.host, outcome.holder.purpose], [1, 'here', 'of 1']);
  await lock.release();
  await (await taken(file, 2)).release();
  assert.equal(readdirSync(file), ['000000001', '000000002']);
});

test('what a dead process of this machine left is taken over; that of another machine is not', async () => {
  const file = join(temporaryFolder(), 'lock');
  await taken(file, DEAD);
  await (await taken(file, 2)).release();
  await taken(file, DEAD, { host: 'elsewhere' });
  const outcome = await takeLock(file, 'of 2', runtimeOf(2));
  assert.ok('holder' in outcome && outcome.holder.host === 'elsewhere');
});

test('a file that a power cut left empty is taken over', async () => {
  const file = join(temporaryFolder(), 'lock');
  await (await taken(file)).release();
  writeFileSync(join(file, '000000002'), '');
  await (await taken(file)).release();
  assert.ok(readdirSync(file).includes('000000003'));
});

test('of many that meet a dead one’s lock, one at a time has it', async () => {
  const file = join(temporaryFolder(), 'lock');
  for (let round = 0; round < 100; round++) {
    await taken(file, DEAD);
    const outcomes = await Promise.all(Array.from({ length: 12 }, (_, index) => takeLock(file, '', runtimeOf(index + 1))));
    const locks = outcomes.flatMap((outcome) => ('lock' in outcome ? [outcome.lock] : []));
    assert.is(locks.length, 1, `round ${round}`);
    await locks[0]!.release();
    assert.ok(readdirSync(file).length <= 5, readdirSync(file).join());
  }
});

test('a file in the place of its folder is one sentence', async () => {
  const file = join(temporaryFolder(), 'lock');
  writeFileSync(file, '');
  const error = await errorOf(takeLock(file, '', runtimeOf(1)));
  assert.is(error.id, 'output-unwritable');
});

test.run();
