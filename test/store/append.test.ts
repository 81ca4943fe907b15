/** Samples as they lie on the disk: every value, whatever it is, and files that any reader of Parquet understands. */

import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { openHistory } from '../../lib/store/history.ts';
import { historyDirectory } from '../../lib/store/location.ts';
import { HALF_PER_CENT, QUARTER_PER_CENT, rounded } from '../../lib/store/precision.ts';
import type { Sample } from '../../lib/types/usage.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { DAY, filesIn, HOUR, NOW, networkSample, rowsOf, sample, testHistory } from './samples.ts';

const test = suite('append to the history');

/** Rows of all parts, as samples again. */
async function stored(folder: string): Promise<readonly Sample[]> {
  const files = filesIn(folder).map((file) => `'${file.replaceAll("'", "''")}'`);
  const rows = await rowsOf(
    `SELECT epoch_ms(observed_at)::DOUBLE AS at_ms, * FROM read_parquet([${files}]) ORDER BY at_ms, pod, container`,
  );
  const number = (value: unknown): number => (value === null ? Number.NaN : Number(value));
  return rows.map((row) => ({
    atMs: Number(row.at_ms),
    namespace: String(row.namespace),
    workloadKind: String(row.workload_kind),
    workloadName: String(row.workload_name),
    pod: String(row.pod),
    container: String(row.container),
    app: row.app === true,
    source: String(row.source),
    cpuCores: number(row.cpu_cores),
    memoryBytes: number(row.memory_bytes),
    networkBytesPerSecond: number(row.network_bytes_per_second),
    requests: number(row.requests),
    windowSeconds: number(row.window_seconds),
  }));
}

test('what is read is what was written: use to half a per cent and all else to the last bit, missing values, names of any letters', async () => {
  const { history, samples } = testHistory();
  const written = [
    sample({
      atMs: NOW + 1,
      cpuCores: 0.1 + 0.2,
      memoryBytes: 2 ** 53 - 1,
      requests: 2 ** 53 - 1,
      windowSeconds: 0.1 + 0.2,
      pod: 'a',
    }),
    sample({ atMs: NOW + 2, cpuCores: Number.NaN, memoryBytes: 0, pod: 'b', app: false }),
    sample({ atMs: NOW + 3, cpuCores: Number.MIN_VALUE, memoryBytes: 1e308, pod: 'c' }),
    networkSample({ atMs: NOW + 4, networkBytesPerSecond: 1234.56, requests: 3, pod: 'd' }),
    sample({
      atMs: NOW + 5,
      namespace: "o'hara",
      workloadName: 'ünïcödé-日本語-🙂',
      pod: `it's "quoted"`,
      container: "'; DROP TABLE x",
    }),
    sample({ atMs: 0, pod: 'at the epoch' }),
  ];
  await history.append(written);
  assert.equal(
    await stored(samples),
    written
      .map((row) => ({
        ...row,
        cpuCores: rounded(row.cpuCores, HALF_PER_CENT),
        memoryBytes: rounded(row.memoryBytes, QUARTER_PER_CENT),
        networkBytesPerSecond: rounded(row.networkBytesPerSecond, HALF_PER_CENT),
      }))
      .toSorted((a, b) => a.atMs - b.atMs),
  );
  history.close();
});

test('a part of each UTC day, in a folder that only its owner may enter', async () => {
  const { history, samples } = testHistory();
  const midnight = Date.parse('2026-11-24T00:00:00Z');
  await history.append([sample({ atMs: midnight - 1 }), sample({ atMs: midnight }), sample({ atMs: midnight + DAY - 1 })]);
  assert.equal(
    filesIn(samples).map((file) => basename(dirname(file))),
    ['day=2026-11-23', 'day=2026-11-24'],
  );
  for (const file of filesIn(samples)) assert.is(statSync(dirname(file)).mode & 0o077, 0);
  history.close();
});

test('a folder may have any name', async () => {
  for (const name of ["o'hara", 'with space', '[brackets]*?', 'ünïcödé', 'a{b,c}']) {
    const { history, samples } = testHistory(NOW, join(temporaryFolder(), name));
    await history.append([sample({ cpuCores: 0.5 })]);
    assert.is(filesIn(samples).length, 1, name);
    const found = await history.usage({ fromMs: NOW - HOUR, toMs: NOW, slotSeconds: 3600 });
    assert.equal([...(found.get('shop/Deployment/web')?.usage.cpuPeakCores ?? [])], [0.5], name);
    assert.equal(history.problems(), []);
    history.close();
  }
});

test('an append adds a part and changes none; nothing to add makes no folder', async () => {
  const { history, directory, samples } = testHistory();
  await history.append([]);
  assert.is(existsSync(`${directory}/test`), false);
  await history.append([sample({ atMs: NOW - HOUR })]);
  const [first = ''] = filesIn(samples);
  const before = readFileSync(first);
  await history.append([sample()]);
  assert.is(filesIn(samples).length, 2);
  assert.equal(readFileSync(first), before);
  history.close();
});

test('appends of one process at the same time are done one after another', async () => {
  const { history } = testHistory();
  const minutes = Array.from({ length: 8 }, (_, index) => index);
  await Promise.all(minutes.map((minute) => history.append([sample({ atMs: NOW - minute * 60_000, cpuCores: minute })])));
  const usage = (await history.usage({ fromMs: NOW - HOUR, toMs: NOW, slotSeconds: 60 })).get('shop/Deployment/web')?.usage;
  assert.equal([...(usage?.cpuPeakCores?.slice(-8) ?? [])], [7, 6, 5, 4, 3, 2, 1, 0]);
  history.close();
});

test('the same samples at the same time with the same randomness make the same bytes', async () => {
  const rows = Array.from({ length: 150_000 }, (_, index) =>
    sample({ atMs: NOW - (index % 300) * 1000, pod: `web-${index % 500}`, cpuCores: Math.sin(index), memoryBytes: 1e8 + index }),
  );
  const bytes = async (): Promise<readonly (readonly [string, Buffer])[]> => {
    const directory = temporaryFolder();
    const history = openHistory({ directory, clusterId: 'test', runtime: testRuntime({ now: () => NOW, random: () => 0.25 }) });
    await history.append(rows);
    history.close();
    return filesIn(directory).map((file) => [basename(file), readFileSync(file)] as const);
  };
  assert.equal(await bytes(), await bytes());
});

test('a cluster cannot choose a folder outside of the history', async () => {
  for (const clusterId of ['..', '.', '../../etc', '', '/', 'a/b', '....', '.hidden']) {
    const directory = temporaryFolder();
    const runtime = testRuntime({ now: () => NOW, random: Math.random });
    const { folder } = openHistory({ directory, clusterId, runtime });
    assert.is(dirname(folder), directory, clusterId);
    assert.not.match(basename(folder), /^\.|^$/, clusterId);
  }
});

test('the history lies where the platform keeps data of users, or where the user says', () => {
  const at = (changes: Parameters<typeof testRuntime>[0]): string | undefined =>
    historyDirectory(testRuntime({ homeDirectory: '/home/ada', platform: 'linux', ...changes }));
  assert.is(at({ env: {} }), '/home/ada/.local/share/kubectl-upid/history');
  assert.is(at({ env: { XDG_DATA_HOME: '/data' } }), '/data/kubectl-upid/history');
  assert.is(at({ env: { XDG_DATA_HOME: '/data', UPID_HOME: '/upid' } }), '/upid/history');
  assert.is(at({ env: {}, platform: 'darwin' }), '/home/ada/.local/share/kubectl-upid/history');
  assert.match(at({ env: { LOCALAPPDATA: 'C:/Local' }, platform: 'win32' }) ?? '', /^C:\/Local.kubectl-upid.history$/);
  assert.is(at({ env: {}, homeDirectory: '' }), undefined);
});

test.run();
