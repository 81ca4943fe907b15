/** Errors a user can meet: their exit codes, and a section of the documentation for each. */

import { readFileSync } from 'node:fs';
import { messageOf, UpidError } from '../../lib/types/errors.ts';
import { assert, suite } from '../harness.ts';

const test = suite('errors');

test('exit codes: 2 for the command line, 130 for Ctrl-C, 1 for all others', () => {
  assert.is(new UpidError('usage', 'x').exitCode, 2);
  assert.is(new UpidError('cancelled', 'x').exitCode, 130);
  assert.is(new UpidError('forbidden', 'x').exitCode, 1);
  assert.is(new UpidError('history-corrupt', 'x').exitCode, 1);
});

test('what was thrown is told, also where it is no error; its cause is kept', () => {
  assert.is(messageOf(new Error('a')), 'a');
  assert.is(messageOf('b'), 'b');
  assert.is(messageOf(undefined), 'undefined');
  const cause = new Error('below');
  assert.is(new UpidError('prometheus', 'x', { cause }).cause, cause);
  assert.is('cause' in new UpidError('prometheus', 'x'), false);
});

test('every identifier has its line in the documentation, and no other has one', () => {
  const source = readFileSync(new URL('../../lib/types/errors.ts', import.meta.url), 'utf8');
  const ids = [...source.matchAll(/^ {2}\| '([a-z-]+)'/gm)].map(([, id]) => id);
  const documented = [
    ...readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8').matchAll(/^\| `([a-z-]+)`/gm),
  ].map(([, id]) => id);
  assert.ok(ids.length > 10);
  assert.equal(documented.toSorted(), ids.toSorted());
});

test.run();
