/**
 * docs/history.md: its tables are those of the program (`UPDATE_GOLDEN=1` writes them anew), and its examples for pandas and DuckDB run
 * on what its own commands export.
 */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { DuckDBInstance } from '@duckdb/node-api';
import { VIEWS, viewColumns } from '../lib/store/view-columns.ts';
import { assert, skip, suite } from './harness.ts';
import { temporaryFolder } from './kube/runtime.ts';
import { preparePython, pythonObstacle, runPython } from './plugin/python.ts';
import { PROGRAM, run } from './plugin/run.ts';

const test = suite('documentation of the history');

const FILE = new URL('../docs/history.md', import.meta.url);
const text = readFileSync(FILE, 'utf8');
const folder = temporaryFolder();

function blocks(language: string): readonly string[] {
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, block = '']) => block);
}

test('each table is described with its columns; UPDATE_GOLDEN=1 writes it anew', () => {
  const sections = Object.entries(VIEWS).map(([view, meaning]) => {
    const rows = viewColumns().filter((column) => column.view === view);
    const lines = rows.map(({ name, type, meaning: what }) => `| \`${name}\` | ${type} | ${what} |`);
    return `### ${view}\n\n${meaning}.\n\n| column | type | |\n|---|---|---|\n${lines.join('\n')}\n`;
  });
  const written = text.replace(/(?<=<!-- tables -->\n)[\s\S]*(?=<!-- end of tables -->)/, () => `\n${sections.join('\n')}\n`);
  if (process.env.UPDATE_GOLDEN) writeFileSync(FILE, written);
  else assert.fixture(text, written);
});

test('the exports run on the demo', async () => {
  for (const line of blocks('sh').flatMap((block) => block.trim().split('\n'))) {
    const script = `cd '${folder}' && ${line.replace(/^kubectl upid/, `'${PROGRAM}'`)}`;
    const { exitCode, stderr } = await run(['-c', script], { program: '/bin/sh' });
    assert.is(exitCode, 0, stderr);
  }
});

test('DuckDB runs the queries on them, and each finds rows', async () => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const queries = blocks('sql').flatMap((block) => block.split(';').filter((query) => query.trim() !== ''));
    assert.is(queries.length, 2);
    for (const query of queries) {
      const placed = query.replaceAll(/FROM '/g, `FROM '${folder}/`);
      assert.ok((await connection.runAndReadAll(placed)).getRows().length > 1, query);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

const obstacle = pythonObstacle();
if (obstacle !== undefined) skip('examples for pandas', obstacle);
else {
  const python = await preparePython();

  test('pandas runs the examples on them, and what it writes is imported', async () => {
    const [reading = '', writing = ''] = blocks('python');
    const printed = runPython(python, reading, folder);
    assert.match(printed, /^timestamp\n/);
    assert.match(printed, /^namespace\n(.+\n)*shop +\d/m);
    runPython(python, writing, folder);
    const into = ['--history', temporaryFolder(), '--cluster-id', 'c-1'];
    const { exitCode, stdout, stderr } = await run(['data', 'import', join(folder, 'mine.parquet'), ...into]);
    assert.is(exitCode, 0, stderr);
    assert.match(stdout, /^12 +12 +0 +0 /m);
  });
}

test.run();
