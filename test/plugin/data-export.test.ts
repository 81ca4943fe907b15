/** Files of `data export` as pandas and pyarrow read them, and files that pandas wrote as `data import` takes them. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { openHistory } from '../../lib/store/history.ts';
import { assert, skip, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { networkSample, sample } from '../store/samples.ts';
import { preparePython, pythonObstacle, runPython } from './python.ts';
import { type Outcome, PROGRAM, run } from './run.ts';

const test = suite('data export and import');

const MINUTE = 60_000;
/** Yesterday at noon: over, and not rolled up away. */
const NOON = Math.floor(Date.now() / 86_400_000) * 86_400_000 - 12 * 60 * MINUTE;

const ROWS = [
  sample({ atMs: NOON, cpuCores: 0.25, memoryBytes: 1e8, cpuPeakCores: 0.5 }),
  sample({ atMs: NOON + 5 * MINUTE + 123, cpuCores: 1e-7, memoryBytes: 2e8 }),
  networkSample({ atMs: NOON, networkBytesPerSecond: 1500, requests: 3 }),
  sample({ atMs: NOON, namespace: 'data', pod: 'a,"b"', container: 'side', app: false, cpuCores: Number.NaN }),
];

/** A folder with a history of these rows, of the cluster c-1. */
async function recorded(): Promise<string> {
  const directory = temporaryFolder();
  const history = openHistory({ directory, clusterId: 'c-1', runtime: testRuntime({ random: Math.random }) });
  await history.append(ROWS);
  await history.close();
  return directory;
}

const directory = await recorded();
const folder = temporaryFolder();

const data = (...args: readonly string[]): Promise<Outcome> => run(['data', ...args]);
const exported = (to: string, ...args: readonly string[]): Promise<Outcome> =>
  data('export', '--history', directory, '--cluster-id', 'c-1', '--to', to, ...args);
const imported = (file: string, into: string): Promise<Outcome> =>
  data('import', file, '--history', into, '--cluster-id', 'c-1', '-ojson');

const shape = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));
const ajv = new Ajv2020({ allErrors: true, strict: true, schemas: [shape('provenance')] });
const shapes = { export: ajv.compile(shape('export-list')), import: ajv.compile(shape('import-list')) };

/** The only item of a report, which has the published shape. */
function itemOf(kind: keyof typeof shapes, { exitCode, stdout, stderr }: Outcome): Record<string, unknown> {
  assert.is(exitCode, 0, stderr);
  const report = JSON.parse(stdout) as { items: Record<string, unknown>[] };
  assert.ok(shapes[kind](report), ajv.errorsText(shapes[kind].errors));
  assert.not(shapes[kind]({ ...report, items: [{ ...report.items[0], surprise: true }] }));
  return report.items[0] ?? {};
}

function refused({ exitCode, stdout, stderr }: Outcome, code: number, sentence: RegExp): void {
  assert.equal({ exitCode, stdout }, { exitCode: code, stdout: '' }, stderr);
  assert.match(stderr, sentence);
  assert.is(stderr.trimEnd().split('\n').length, 1, stderr);
}

test('CSV has a heading, instants in UTC, quotes where needed and nothing where a value is missing; to a file, packed, and to a pipe', async () => {
  const { exitCode, stdout } = await exported('-', '-n', 'data');
  assert.is(exitCode, 0);
  const instant = new Date(NOON).toISOString();
  assert.is(
    stdout,
    'observed_at,namespace,workload_kind,workload_name,pod,container,app,source,cpu_cores,memory_bytes,network_bytes_per_second,requests,window_seconds,cpu_peak_cores,memory_peak_bytes,network_peak_bytes_per_second\n' +
      `${instant},data,Deployment,web,"a,""b""",side,false,metrics.k8s.io,,100000000.0,,,15.0,,,\n`,
  );
  const [plain, packed] = [join(folder, 'plain.csv'), join(folder, 'packed.csv.gz')];
  assert.is(itemOf('export', await exported(plain, '-n', 'data', '-ojson')).rows, 1);
  assert.is(itemOf('export', await exported(packed, '-n', 'data', '-ojson')).format, 'csv.gz');
  assert.is(readFileSync(plain, 'utf8'), stdout);
  assert.is(gunzipSync(readFileSync(packed)).toString(), stdout);
});

test('a file that is there stays as it is without --force, and nothing else is left in the folder', async () => {
  const own = temporaryFolder();
  const file = join(own, 'mine.csv');
  writeFileSync(file, 'mine');
  refused(await exported(file), 1, /^error: \S+mine\.csv is there already; replace it by --force/);
  assert.is(readFileSync(file, 'utf8'), 'mine');
  assert.is((await exported(file, '--force')).exitCode, 0);
  assert.match(readFileSync(file, 'utf8'), /^observed_at,/);
  assert.equal(readdirSync(own), ['mine.csv']);
});

test('what cannot be exported is told in one sentence', async () => {
  refused(await exported(join(folder, 'none', 'x.csv')), 1, /^error: \S+x\.csv cannot be written: /);
  refused(await exported('/dev/full'), 2, /ends in \.parquet, \.csv or \.csv\.gz/);
  refused(await exported(join(folder, 'x.xlsx')), 2, /ends in \.parquet/);
  refused(await exported(join(folder, 'x.csv'), '--table', 'secrets'), 2, /one of samples, pods/);
  refused(await exported(join(folder, 'x.csv'), '--since', 'soon'), 2, /duration such as/);
  refused(await exported(join(folder, 'x.csv'), '--table', 'nodes', '-n', 'shop'), 2, /nodes belongs to no namespace/);
  refused(await exported('-', '-ojson'), 2, /cannot both go to standard output/);
  const nobody = await data('export', '--history', directory, '--cluster-id', 'c-2', '--to', join(folder, 'x.csv'));
  refused(nobody, 1, /^error: there is no history of the cluster c-2 in /);
  assert.not(readdirSync(folder).some((name) => name.includes('x.')));
});

test('a disk that takes no more is told in one sentence, and nothing half-written is left', async () => {
  for (const name of ['x.csv', 'x.csv.gz', 'x.parquet']) {
    const own = temporaryFolder();
    // No file may grow beyond 8 KiB.
    const script = `ulimit -f 16; exec '${PROGRAM}' data export --demo --table hourly --to '${join(own, name)}'`;
    const outcome = await run(['-c', script], { program: '/bin/sh' });
    refused(outcome, 1, /^error: \S+x\.[a-z.]+ cannot be written \(.+\); free the disk/);
    assert.not.match(outcome.stderr, '.part');
    assert.equal(readdirSync(own), []);
  }
});

test('Ctrl-C ends an export and leaves nothing', async () => {
  const own = temporaryFolder();
  const args = ['data', 'export', '--demo', '--table', 'hourly', '--to', join(own, 'x.csv.gz')];
  const { exitCode } = await run(args, {
    started: (child) => {
      const timer = setInterval(() => {
        if (readdirSync(own).length === 0 || !child.kill('SIGINT')) return;
        clearInterval(timer);
      }, 1);
      child.on('close', () => clearInterval(timer));
    },
  });
  assert.is(exitCode, 130);
  assert.equal(readdirSync(own), []);
});

test('an export that is imported gives the same history, and imported again adds nothing and says so', async () => {
  for (const name of ['own.parquet', 'own.csv', 'own.csv.gz']) {
    const [file, into] = [join(folder, name), temporaryFolder()];
    assert.is((await exported(file)).exitCode, 0);
    const first = itemOf('import', await imported(file, into));
    assert.equal([first.rows, first.added, first.present], [4, 4, 0], name);
    const rows = async (from: string) =>
      (await data('export', '--history', from, '--cluster-id', 'c-1', '--to', '-')).stdout.split('\n').toSorted();
    assert.equal(await rows(into), await rows(directory), name);
    const again = itemOf('import', await imported(file, into));
    assert.equal([again.rows, again.added, again.present], [4, 0, 4], name);
    const told = await data('import', file, '--history', into, '--cluster-id', 'c-1');
    assert.match(told.stderr, /^Nothing was added: all of it is there already$/m);
  }
});

const HEADING = 'observed_at,namespace,workload_kind,workload_name,pod,container,cpu_cores,app';
const GOOD = `${new Date(NOON).toISOString()},shop,Deployment,web,web-1,main,0.5,true`;

for (const [what, lines, sentence] of [
  ['a column that is missing', [HEADING.replace('pod,', ''), GOOD.replace('web-1,', '')], /it has no column pod;/],
  ['a word for a number', [HEADING, GOOD, GOOD.replace('0.5', 'much')], /in row 2 cpu_cores is "much"; it should be a number/],
  ['a negative value', [HEADING, GOOD, GOOD, GOOD.replace('0.5', '-0.5')], /in row 3 cpu_cores is negative: -0\.5/],
  ['a value without end', [HEADING, GOOD.replace('0.5', 'inf')], /in row 1 cpu_cores is "inf"; it should be a finite number/],
  ['no word of truth', [HEADING, GOOD.replace('true', 'maybe')], /in row 1 app is "maybe"; it should be true or false/],
  ['a future instant', [HEADING, GOOD.replace(/^\d{4}/, '2999')], /in row 1 observed_at is 2999\S+, which lies in the future/],
  ['a missing instant', [HEADING, GOOD, GOOD.replace(/^[^,]+/, '')], /in row 2 observed_at is missing/],
  [
    'a number for an instant',
    [HEADING, GOOD.replace(/^[^,]+/, '1764000000')],
    /in row 1 observed_at is "1764000000"; it should be/,
  ],
  ['a missing pod', [HEADING, GOOD.replace('web-1', '')], /in row 1 pod is missing/],
  ['a line that is cut off', [HEADING, GOOD, 'x,"'], /cannot be read: /],
] as const) {
  test(`${what} is refused with its row and column, and nothing is imported`, async () => {
    const [file, into] = [join(folder, 'bad.csv'), temporaryFolder()];
    writeFileSync(file, `${lines.join('\n')}\n`);
    const outcome = await imported(file, into);
    refused(outcome, 1, /^error: \S+bad\.csv .+; .*nothing was imported/);
    assert.match(outcome.stderr, sentence);
    assert.equal(readdirSync(into), []);
  });
}

test('a file that is not there, and the simulated cluster, are refused', async () => {
  refused(await imported(join(folder, 'absent'), temporaryFolder()), 1, /^error: \S+absent cannot be read: /);
  refused(await data('import', join(folder, 'own.csv'), '--demo'), 2, /simulated cluster/);
  refused(await data('import'), 2, /^error: /);
});

test('rows of hours of which only roll-ups are left are not added a second time', async () => {
  const [file, into] = [join(folder, 'own.parquet'), temporaryFolder()];
  itemOf('import', await imported(file, into));
  const cluster = ['--history', into, '--cluster-id', 'c-1'];
  assert.is((await data('prune', '--yes', '--retention', 'raw=1d,hourly=90d', ...cluster)).exitCode, 0);
  rmSync(join(into, 'c-1', 'samples'), { recursive: true });
  const again = itemOf('import', await imported(file, into));
  assert.equal([again.rows, again.added, again.present, again.rolledUp], [4, 0, 0, 4]);
});

const obstacle = pythonObstacle();
if (obstacle !== undefined) skip('files read and written by pandas', obstacle);
else {
  const python = await preparePython();
  const ask = (program: string): unknown => JSON.parse(runPython(python, program, folder));

  test('pandas reads the Parquet file: values, types and the time zone', async () => {
    assert.is((await exported(join(folder, 'own.parquet'), '--force')).exitCode, 0);
    const program = `
import json, pandas as pd
d = pd.read_parquet('own.parquet').sort_values(['namespace', 'container', 'observed_at'])
print(json.dumps({
  'types': {name: str(kind) for name, kind in d.dtypes.items()},
  'at': [at.isoformat(timespec='milliseconds') for at in d.observed_at],
  'cpu': d.cpu_cores.astype(object).where(d.cpu_cores.notna(), None).tolist(),
  'container': d.container.tolist(), 'app': d.app.tolist(), 'pod': d.pod.tolist(), 'requests': float(d.requests.sum()),
}))`;
    const read = ask(program) as Record<string, unknown>;
    const types = read.types as Record<string, string>;
    assert.match(types.observed_at!, /^datetime64\[.s, UTC\]$/);
    assert.equal([types.namespace, types.app, types.cpu_cores, types.memory_peak_bytes], ['str', 'bool', 'float64', 'float64']);
    const at = (ms: number): string => new Date(ms).toISOString().replace('Z', '+00:00');
    assert.equal(read.at, [at(NOON), at(NOON), at(NOON), at(NOON + 5 * MINUTE + 123)]);
    assert.equal(read.cpu, [null, null, 0.25, 1e-7]);
    assert.equal(read.container, ['side', '', 'main', 'main']);
    assert.equal(read.app, [false, true, true, true]);
    assert.equal([(read.pod as string[])[0], read.requests], ['a,"b"', 3]);
  });

  test('pyarrow finds plain types in every table, instants marked as UTC, and zstd', async () => {
    for (const table of [
      'samples',
      'pods',
      'workloads',
      'nodes',
      'hourly',
      'hourly_pods',
      'hourly_workloads',
      'hourly_nodes',
      'cluster_metrics',
    ])
      assert.is((await exported(join(folder, `${table}.parquet`), '--table', table)).exitCode, 0, table);
    const program = `
import json, glob, pyarrow.parquet as pq
kinds, codecs = set(), set()
for name in glob.glob('*s.parquet') + ['hourly.parquet']:
  f = pq.ParquetFile(name)
  kinds |= {str(field.type) for field in f.schema_arrow}
  codecs |= {f.metadata.row_group(g).column(0).compression for g in range(f.num_row_groups)}
print(json.dumps([sorted(kinds), sorted(codecs)]))`;
    assert.equal(ask(program), [['bool', 'double', 'float', 'int32', 'string', 'timestamp[us, tz=UTC]'], ['ZSTD']]);
  });

  test('pandas reads the CSV file', async () => {
    const program = `
import json, pandas as pd
d = pd.read_csv('own.csv', parse_dates=['observed_at'])
print(json.dumps([str(d.observed_at.dt.tz), len(d), float(d.memory_bytes.sum())]))`;
    assert.equal(ask(program), ['UTC', 4, 4e8]);
  });

  test('files that pandas wrote are imported: other orders and types of columns, a zone or none, an index', async () => {
    runPython(
      python,
      `
import pandas as pd
d = pd.read_parquet('own.parquet')
d[d.columns[::-1]].assign(note='mine').to_parquet('reversed.parquet')
d.assign(observed_at=d.observed_at.dt.tz_localize(None).astype('datetime64[ns]')).to_parquet('no-zone.parquet')
d.assign(observed_at=d.observed_at.dt.tz_convert('Asia/Tokyo'), namespace=d.namespace.astype('category')).to_parquet('tokyo.parquet')
d.assign(cpu_cores=d.cpu_cores.astype('float32'), memory_bytes=d.memory_bytes.astype('Int64')).to_parquet('types.parquet')
d.to_csv('index.csv')
d.drop(columns=['memory_peak_bytes', 'requests']).to_csv('fewer.csv.gz', index=False)`,
      folder,
    );
    const into = temporaryFolder();
    assert.is(itemOf('import', await imported(join(folder, 'reversed.parquet'), into)).added, 4);
    for (const name of ['no-zone.parquet', 'tokyo.parquet', 'types.parquet', 'index.csv', 'fewer.csv.gz'])
      assert.equal(itemOf('import', await imported(join(folder, name), into)).present, 4, name);
    const other = itemOf('import', await imported(join(folder, 'reversed.parquet'), temporaryFolder()));
    assert.equal([other.ignored, other.from], [['note'], new Date(NOON).toISOString().replace('.000', '')]);
  });
}

test.run();
