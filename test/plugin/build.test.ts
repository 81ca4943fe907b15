import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { assert, suite } from '../harness.ts';
import { PROGRAM } from './run.ts';

const test = suite('the build');

const DIST = dirname(PROGRAM);

test('--if-needed builds nothing where nothing has changed', () => {
  const built = statSync(PROGRAM).mtimeMs;
  const { status, stderr } = spawnSync(process.execPath, [join(DIST, '..', 'build.mjs'), '--if-needed'], { encoding: 'utf8' });
  assert.is(status, 0, stderr);
  assert.is(statSync(PROGRAM).mtimeMs, built);
});

test('the launcher may be run, and by its owner alone be written', () => {
  assert.is(statSync(PROGRAM).mode & 0o777, 0o755);
});

test('every package in the bundle stands in the notices, with its licence', () => {
  const { inputs } = JSON.parse(readFileSync(join(DIST, 'modules.json'), 'utf8')) as { inputs: Record<string, unknown> };
  const packages = new Set(Object.keys(inputs).flatMap((input) => /^node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? []));
  const notices = readFileSync(join(DIST, 'THIRD-PARTY-NOTICES.txt'), 'utf8');
  assert.ok(packages.size > 5);
  for (const name of packages) assert.match(notices, new RegExp(`^${name} \\d`, 'm'));
  assert.not.match(notices, 'undefined');
});

test.run();
