import { readFileSync } from 'node:fs';
import { commandReference } from '../../plugin/reference.ts';
import { assert, suite } from '../harness.ts';

const test = suite('reference of the commands');

test('docs/commands.md is what the commands say; node plugin/reference.ts writes it', async () => {
  const written = readFileSync(new URL('../../docs/commands.md', import.meta.url), 'utf8');
  assert.fixture(await commandReference(), written);
});

test.run();
