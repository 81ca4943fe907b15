/** Several processes at once, processes that are killed, and disks that take no more. */

import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { assert, skip, suite } from '../harness.ts';
import { errorOf } from '../kube/config.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { nobody, outcomeOf, start } from './child.ts';
import { DAY, filesIn, HOUR, MINUTE, NOW, sample, testHistory } from './samples.ts';

const test = suite('writers of the history');

test('three writers and a reader at the same time: nobody waits or fails, and every row is there', async () => {
  const { directory, again, samples } = testHistory();
  // Their hours are over, so that they merge each other's parts too.
  const writer = (name: string) => outcomeOf(start({ directory, parts: 90, rows: 20, writer: name, nowMs: NOW - 2 * HOUR }));
  const writers = Promise.all(['one', 'two', 'three'].map(writer));
  const reader = again();
  let done = false;
  void writers.finally(() => {
    done = true;
  });
  let seen = 0;
  while (!done) {
    const found = await reader.containers({ fromMs: NOW - 12 * HOUR, toMs: NOW });
    const rows = [...found.values()].flat().reduce((sum, container) => sum + container.samples, 0);
    assert.ok(rows >= seen, `${rows} rows after ${seen}`);
    assert.is(rows % 20, 0);
    seen = rows;
  }
  for (const { written, error, problems } of await writers) {
    assert.is(error, undefined);
    assert.is(written, 90);
    assert.equal(problems, []);
  }
  const last = await again().containers({ fromMs: NOW - 12 * HOUR, toMs: NOW });
  for (const name of ['one', 'two', 'three']) assert.is(last.get(`shop/Deployment/${name}`)?.[0]?.samples, 90 * 20, name);
  assert.equal(reader.problems(), []);
  assert.equal(
    filesIn(samples).filter((file) => !file.endsWith('.parquet')),
    [],
  );
  assert.ok(filesIn(samples).some((file) => file.includes('merged')));
  reader.close();
});

test('a writer that is killed leaves whole parts only, and the next one goes on', async () => {
  const { directory, again, samples } = testHistory();
  const parts = (): number => (existsSync(samples) ? filesIn(samples).filter((file) => file.endsWith('.parquet')).length : 0);
  for (const delay of [0, 7, 19, 40, 65, 110]) {
    const before = parts();
    const child = start({ directory, parts: 1000, rows: 3000, writer: `after-${delay}`, nowMs: NOW });
    // Each is killed in the middle of its writing, however long it takes to start.
    while (parts() <= before && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, delay));
    child.kill('SIGKILL');
    await new Promise((resolve) => child.on('close', resolve));
  }
  const reader = again();
  const found = await reader.containers({ fromMs: NOW - 48 * HOUR, toMs: NOW });
  assert.ok(found.size > 0);
  for (const [key, [container]] of found) assert.is((container?.samples ?? 0) % 3000, 0, key);
  assert.equal(reader.problems(), []);
  await reader.append([sample({ workloadName: 'next' })]);
  assert.is((await reader.usage({ fromMs: NOW - HOUR, toMs: NOW, slotSeconds: 60 })).has('shop/Deployment/next'), true);
  reader.close();
});

test('rows of days that are over, rolled up and merged by everybody, some of whom are killed: each row counts once', async () => {
  const { directory, again } = testHistory();
  const job = { directory, parts: 40, rows: 20, nowMs: NOW, backMs: 48 * HOUR };
  let running = true;
  let kills = 0;
  const killed = (async () => {
    for (let life = 0; running; life++) {
      const child = start({ ...job, parts: 1000, writer: `killed-${life}` });
      await new Promise((resolve) => setTimeout(resolve, 350 + ((life * 137) % 400)));
      child.kill('SIGKILL');
      await new Promise((resolve) => child.on('close', resolve));
      kills++;
    }
  })();
  const reader = again();
  const count = async (key?: string): Promise<number> => {
    const found = await reader.containers({ fromMs: NOW - 96 * HOUR, toMs: NOW });
    const containers = key === undefined ? [...found.values()].flat() : (found.get(key) ?? []);
    return containers.reduce((sum, container) => sum + container.samples, 0);
  };
  const writers = Promise.all(['one', 'two'].map((writer) => outcomeOf(start({ ...job, writer }))));
  void writers.finally(() => {
    running = false;
  });
  for (let seen = 0; running; ) {
    const rows = await count();
    assert.ok(rows >= seen, `${rows} rows after ${seen}`);
    assert.is(rows % 20, 0);
    seen = rows;
  }
  for (const { written, error, problems } of await writers) {
    assert.is(error, undefined);
    assert.is(written, 40);
    assert.equal(problems, []);
  }
  await killed;
  assert.ok(kills > 2, `${kills} were killed`);
  for (const name of ['one', 'two']) assert.is(await count(`shop/Deployment/${name}`), 40 * 20, name);
  assert.equal(reader.problems(), []);
  assert.ok(filesIn(join(directory, 'test', 'hourly')).some((file) => file.endsWith('.parquet')));
  await reader.close();
});

test('a folder that may not be written to is one sentence, and nothing is left there', async () => {
  const { directory } = testHistory();
  chmodSync(directory, 0o555);
  const { error, written } = await outcomeOf(start({ directory, parts: 1, rows: 1, writer: 'a', nowMs: NOW }, nobody()));
  assert.is(written, 0);
  assert.is(error?.id, 'history-unwritable');
  assert.match(error?.message ?? '', /^the history in .* cannot be written \(EACCES: permission denied[^\n]*\)$/);
  assert.match(error?.remedy ?? '', /--no-history/);
  assert.equal(readdirSync(directory), []);
  chmodSync(directory, 0o755);
});

test('a history that may be read and not written to is read', async () => {
  const { history, directory, samples } = testHistory();
  await history.append([sample()]);
  const parts = filesIn(samples);
  for (const folder of [directory, join(directory, 'test'), samples, dirname(parts[0]!)]) chmodSync(folder, 0o555);
  const reading = await outcomeOf(start({ directory, parts: 0, rows: 0, writer: '', nowMs: NOW }, nobody()));
  assert.is(reading.samples, 1);
  assert.equal(reading.problems, []);
  const writing = await outcomeOf(start({ directory, parts: 1, rows: 1, writer: 'a', nowMs: NOW }, nobody()));
  assert.is(writing.error?.id, 'history-unwritable');
  assert.equal(filesIn(samples), parts);
  for (const folder of [directory, join(directory, 'test'), samples, dirname(parts[0]!)]) chmodSync(folder, 0o755);
  history.close();
});

const DISK_BYTES = 256 * 1024;

/** A disk of 256 KB; undefined where this machine does not let one be mounted. */
function smallDisk(): { readonly folder: string; unmount(): void } | undefined {
  const folder = temporaryFolder();
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined;
  const { status } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_BYTES}`, 'none', folder]);
  return status === 0 ? { folder, unmount: () => spawnSync('umount', [folder]) } : undefined;
}

const disk = smallDisk();
if (disk) {
  test('a disk that is full is one sentence, nothing half-written is left, and what was there is read', async () => {
    const { history, samples, setClock } = testHistory(NOW, disk.folder);
    const rows = (minute: number) =>
      Array.from({ length: 2000 }, (_, row) =>
        sample({ atMs: NOW - minute * MINUTE, pod: `web-${row}`, cpuCores: Math.sin(row + minute) }),
      );
    let parts = 0;
    const failure = await errorOf(
      (async () => {
        for (; parts < 100; parts++) {
          setClock(NOW - parts * MINUTE);
          await history.append(rows(parts));
        }
      })(),
    );
    assert.is(failure.id, 'history-unwritable', failure.message);
    assert.match(failure.message, /^the history in .* cannot be written \([^\n]+\)$/);
    assert.match(failure.remedy ?? '', /^free the disk/);
    assert.ok(parts > 2, `${parts} parts`);
    assert.is(filesIn(samples).length, parts);
    const found = await history.containers({ fromMs: NOW - HOUR, toMs: NOW });
    assert.is(found.get('shop/Deployment/web')?.[0]?.samples, parts * 2000);
    assert.equal(history.problems(), []);
    const { bavail, bsize } = statfsSync(disk.folder);
    assert.ok(bavail * bsize < DISK_BYTES / 2);
    await history.close();
    rmSync(join(disk.folder, 'test'), { recursive: true });
  });
  test('a disk that is too full for a roll-up: the rows are kept, it is told, and the next one makes it', async () => {
    const { history, setClock, again } = testHistory(NOW, join(disk.folder, 'second'));
    const rows = Array.from({ length: 1500 }, (_, row) =>
      sample({ atMs: NOW - 2 * DAY + row, pod: `web-${row}`, cpuCores: Math.exp(Math.sin(row)) }),
    );
    setClock(NOW - 2 * DAY);
    await history.append(rows);
    const filler = join(disk.folder, 'filler');
    const { bavail, bsize } = statfsSync(disk.folder);
    writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - 16 * 1024)));
    setClock(NOW);
    await history.append([sample({ atMs: NOW })]);
    assert.match(history.problems().join('\n'), /^the history in .* could not be rolled up or pruned \([^\n]+\)$/);
    const reader = again();
    const counted = async (): Promise<unknown> =>
      (await reader.containers({ fromMs: NOW - 3 * DAY, toMs: NOW })).get('shop/Deployment/web')?.[0]?.samples;
    assert.is(await counted(), 1501);
    rmSync(filler);
    await history.append([sample({ atMs: NOW - 1 })]);
    assert.is(filesIn(join(disk.folder, 'second', 'test', 'hourly')).length, 1);
    assert.is(await counted(), 1502);
    await history.close();
    await reader.close();
  });

  test.after(() => disk.unmount());
} else {
  skip('a disk that is full', 'mounting a small one needs root on Linux');
}

test.run();
