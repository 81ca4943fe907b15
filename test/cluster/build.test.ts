/** Where programs come from, and why there may be none: checked without building anything. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert, suite } from '../harness.ts';
import { buildObstacle, cacheFolder, isBuilt, programsFolder } from './build.ts';
import { takeLock } from './lock.ts';

const test = suite('programs of the test cluster');

const folder = mkdtempSync(join(tmpdir(), 'upid-build-'));
test.after(() => rmSync(folder, { recursive: true, force: true }));

/** With other variables in the environment. */
async function withEnvironment(changes: Readonly<Record<string, string>>, work: () => void | Promise<void>): Promise<void> {
  const before = { ...process.env };
  Object.assign(process.env, changes);
  try {
    await work();
  } finally {
    for (const name of Object.keys(changes)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

test('they lie outside of the work tree, where the environment says', async () => {
  await withEnvironment({ UPID_TEST_CACHE: '', XDG_CACHE_HOME: folder }, () => {
    assert.is(cacheFolder(), join(folder, 'kubectl-upid-test'));
  });
  await withEnvironment({ UPID_TEST_CACHE: folder }, () => {
    assert.is(cacheFolder(), folder);
    assert.match(programsFolder(), /programs\/[0-9a-f]{16}$/);
    assert.not.ok(isBuilt());
  });
});

test('without Go, and with one that is too old, the reason is a sentence', async () => {
  await withEnvironment({ PATH: folder }, () => assert.match(buildObstacle() ?? '', /Go is not installed$/));
  writeFileSync(join(folder, 'go'), '#!/bin/sh\necho go1.9.7\n', { mode: 0o755 });
  await withEnvironment({ PATH: folder }, () => assert.match(buildObstacle() ?? '', /Go 1\.9\.7 is older than 1\.26/));
});

test('a lock is held by one at a time, and a holder that is gone holds nothing', async () => {
  const file = join(folder, 'lock');
  const release = await takeLock(file, () => undefined);
  let waited = false;
  let second = false;
  const other = takeLock(file, () => {
    waited = true;
  }).then((free) => {
    second = true;
    free();
  });
  await sleep(50);
  assert.ok(waited);
  assert.not.ok(second);
  release();
  await other;
  assert.ok(second);

  // Beyond the largest pid that Linux gives.
  writeFileSync(file, String(2 ** 22 + 1));
  (await takeLock(file, () => assert.unreachable('nobody holds it')))();
});

test.run();
