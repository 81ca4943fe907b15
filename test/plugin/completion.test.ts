/** What can be completed without a cluster, by the built program. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeCommand } from '../../plugin/flags/definitions.ts';
import { idleColumns } from '../../plugin/print/idle-listing.ts';
import { optimizeColumns } from '../../plugin/print/optimize-listing.ts';
import { checkSortBy } from '../../plugin/print/sort.ts';
import { REGISTRY } from '../../plugin/registry.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { completed } from './complete.ts';
import { run } from './run.ts';

const test = suite('completion');

/** Cobra's directives. */
const [FILES, NO_FILES, NO_SPACE, FOLDERS] = [0, 4, 2, 16];

/** Words as a shell hands them over, what they become, and the directive. */
const CASES: readonly (readonly [string, readonly string[], readonly string[], number])[] = [
  ['the beginning of a command', ['opt'], ['optimize'], NO_FILES],
  ['a command after flags', ['-n', 'shop', 'opt'], ['optimize'], NO_FILES],
  ['a command to have help about', ['help', 'ver'], ['version'], NO_FILES],
  ['what follows a command of more than one word', ['completion', 'in'], ['install'], NO_FILES],
  [
    'an argument that is one of a few words',
    ['completion', ''],
    ['install', 'uninstall', 'bash', 'zsh', 'fish', 'powershell'],
    NO_FILES,
  ],
  ['nothing after it', ['completion', 'bash', ''], [], NO_FILES],
  ['a command that there is not', ['nope', ''], [], NO_FILES],

  ['a long flag', ['idle', '--all'], ['--all-namespaces'], NO_FILES],
  ['short and long flags', ['idle', '-n'], ['-n'], NO_FILES],
  ['a flag that was given', ['idle', '--sort-by', 'cpu', '--sort'], [], NO_FILES],
  ['a flag that was given by its short name', ['idle', '-A', '--all'], [], NO_FILES],
  ['a flag that was given among others behind one dash', ['idle', '-Anshop', '--names'], [], NO_FILES],
  ['a flag that can be given again', ['idle', '--as-group', 'a', '--as-g'], ['--as-group'], NO_FILES],
  ['a flag that may be given bare, and its values', ['optimize', '--dry'], ['--dry-run', '--dry-run='], NO_FILES],
  ['a flag of another command', ['idle', '--dry'], [], NO_FILES],
  ['no flag after two dashes', ['idle', '--', '--all'], [], NO_FILES],
  ['help', ['version', '--he'], ['--help'], NO_FILES],

  ['a value in the next word', ['idle', '-o', 'js'], ['json', 'jsonpath=', 'jsonpath-file='], NO_FILES],
  ['a value behind an equals sign', ['idle', '--output=y'], ['yaml'], NO_FILES],
  ['a value behind a short flag and an equals sign', ['idle', '-o=y'], ['yaml'], NO_FILES],
  ['a value that hangs on its short flag', ['idle', '-oya'], ['-oyaml'], NO_FILES],
  ['a value that more must follow', ['idle', '-o', 'custom-columns='], ['custom-columns='], NO_FILES | NO_SPACE],
  ['forms of a command without a table', ['version', '-o', ''], ['json', 'yaml'], NO_FILES],
  ['modes of the dry-run', ['optimize', '--dry-run='], ['server', 'client', 'none'], NO_FILES],
  ['nothing in the word after a flag that may be given bare', ['optimize', '--dry-run', 'cli'], [], NO_FILES],
  ['a boolean', ['idle', '--prometheus='], ['true', 'false'], NO_FILES],
  ['columns of idle', ['idle', '--sort-by', 'w'], ['waste'], NO_FILES],
  ['columns of forecast', ['forecast', '--sort-by', 'week'], ['week-mean', 'week-peak'], NO_FILES],
  ['resources of forecast', ['forecast', '--resource', ''], ['cpu', 'memory', 'network'], NO_FILES],
  ['columns of optimize', ['optimize', '--sort-by=saves'], ['saves-cpu', 'saves-memory', 'saves-monthly'], NO_FILES],
  ['a value that only the person knows', ['idle', '--window', ''], [], NO_FILES],
  ['a value of a flag that there is not', ['idle', '--nope='], [], NO_FILES],
  ['a file', ['idle', '--kubeconfig', ''], [], FILES],
  ['a file behind an equals sign', ['idle', '--certificate-authority=ca'], [], FILES],
  ['a folder', ['idle', '--history', ''], [], FOLDERS],

  ['a type', ['idle', 'state'], ['statefulset/'], NO_FILES | NO_SPACE],
  ['a short name of a type', ['idle', 'sts'], ['sts/'], NO_FILES | NO_SPACE],
  ['no name where all namespaces are meant', ['idle', '-A', 'state'], [], NO_FILES],
  ['no name beside a selector', ['idle', '-l', 'a=b', 'state'], [], NO_FILES],
  ['a workload of the demo', ['idle', '--demo', 'deployment/weekly'], ['deployment/weekly-report'], NO_FILES],
  ['one in its namespace', ['demo', '-n', 'data', 'sts/'], ['sts/coordinator', 'sts/analytics-db'], NO_FILES],
  ['one after its type', ['idle', '--demo', 'deploy', 'weekly-report', 'weekly'], [], NO_FILES],
  ['one of a type that is not built in', ['idle', '--demo', 'rollout/'], ['rollout/storefront'], NO_FILES],
  ['one that was named', ['demo', '-n', 'data', 'sts/coordinator', 'sts/'], ['sts/analytics-db'], NO_FILES],
  ['a namespace of the demo', ['idle', '--demo', '-nmon'], ['-nmonitoring'], NO_FILES],
];

for (const [what, words, values, directive] of CASES)
  test(`${what}: ${words.map((word) => word || "''").join(' ')}`, async () => {
    const answer = await completed(words);
    assert.equal({ values: answer.values, directive: answer.directive }, { values, directive });
  });

test('commands and flags say what they are for', async () => {
  const { descriptions } = await completed(['']);
  for (const { path, summary } of REGISTRY.filter(({ path }) => path.length === 1)) assert.is(descriptions[path[0]!], summary);
  assert.match((await completed(['idle', '--names'])).descriptions['--namespace']!, /^NAMESPACE to look in/);
});

test('every flag of every command is completed, and so is every command', async () => {
  for (const { path, load } of REGISTRY) {
    const { flags } = describeCommand(await load(), 'kubectl upid');
    const { values } = await completed([...path, '-']);
    for (const { long, short } of flags)
      for (const name of short ? [long, short] : [long]) assert.ok(values.includes(name), name);
    assert.ok((await completed([...path.slice(0, -1), ''])).values.includes(path.at(-1)!));
  }
});

test('a flag that takes one of a few words has them as candidates, each of them one that its description tells of', async () => {
  let flagsSeen = 0;
  for (const { path, load } of REGISTRY)
    for (const { long, placeholder, description } of describeCommand(await load(), 'kubectl upid').flags) {
      if (!['FORM', 'MODE', 'WHEN', 'COLUMN'].includes(placeholder)) continue;
      const { values } = await completed([...path, `${long}=`]);
      assert.ok(values.length > 1, `${path.join(' ')} ${long}`);
      if (placeholder !== 'COLUMN') for (const value of values) assert.match(description, value, `${path.join(' ')} ${long}`);
      flagsSeen += 1;
    }
  assert.ok(flagsSeen > 5);
});

test('each column that is a candidate can be sorted by', async () => {
  const idle = idleColumns({ observedAtMs: 0, allNamespaces: true, verdict: true, showLabels: true });
  for (const column of (await completed(['idle', '--sort-by', ''])).values) checkSortBy(idle, column);
  for (const column of (await completed(['optimize', '--sort-by', ''])).values) checkSortBy(optimizeColumns(true), column);
});

test('every workload that the demo lists can be completed by the name it is listed with', async () => {
  const { stdout } = await run(['idle', '--demo', '--include-active', '--include-unknown', '-oname']);
  const listed = stdout.trim().split('\n');
  assert.ok(listed.length > 30);
  for (const type of new Set(listed.map((name) => name.split('/')[0]!))) {
    const names = listed.filter((name) => name.startsWith(`${type}/`));
    assert.equal((await completed(['idle', '--demo', `${type}/`])).values.toSorted(), names.toSorted());
  }
});

function writeKubeconfig(count: number, padding = ''): string {
  const names = Array.from({ length: count }, (_, index) => `arn:aws:eks:eu:1:cluster/${index}`);
  const file = join(temporaryFolder(), 'config');
  const config = {
    kind: 'Config',
    contexts: names.map((name) => ({ name, context: { cluster: `c-${name}`, user: `u-${name}`, namespace: padding } })),
    clusters: names.map((name) => ({ name: `c-${name}`, cluster: { server: 'https://127.0.0.1:1' } })),
    users: names.map((name) => ({ name: `u-${name}`, user: {} })),
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

test('contexts, clusters and users of the kubeconfig, without asking a cluster', async () => {
  const env = { KUBECONFIG: writeKubeconfig(2) };
  assert.equal((await completed(['idle', '--context', 'arn:'], env)).values, [
    'arn:aws:eks:eu:1:cluster/0',
    'arn:aws:eks:eu:1:cluster/1',
  ]);
  assert.equal((await completed(['--cluster=c-'], env)).values.length, 2);
  assert.equal((await completed(['idle', '--user', 'u-arn:aws:eks:eu:1:cluster/1'], env)).values.length, 1);
  const other = writeKubeconfig(3);
  assert.equal((await completed(['idle', '--kubeconfig', other, '--context', ''], env)).values.length, 3);
});

test('a kubeconfig that is not there or that cannot be read gives nothing, and no error', async () => {
  const broken = join(temporaryFolder(), 'config');
  writeFileSync(broken, 'contexts: [}');
  for (const KUBECONFIG of [broken, join(temporaryFolder(), 'absent')])
    for (const words of [
      ['idle', '--context', ''],
      ['idle', 'deployment/'],
      ['idle', '-n', ''],
    ])
      assert.equal((await completed(words, { KUBECONFIG })).values, []);
});

test('a name that a terminal would take for a command is no candidate', async () => {
  const file = join(temporaryFolder(), 'config');
  writeFileSync(
    file,
    JSON.stringify({
      contexts: [
        { name: 'good', context: {} },
        { name: 'b\u001b[2Jad\nx', context: {} },
      ],
    }),
  );
  assert.equal((await completed(['idle', '--context', ''], { KUBECONFIG: file })).values, ['good']);
});

test.run();
