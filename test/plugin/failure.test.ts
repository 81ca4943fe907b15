import { UpidError } from '../../lib/types/errors.ts';
import { describeFailure } from '../../plugin/failure.ts';
import { assert, suite } from '../harness.ts';

const test = suite('failures as text and exit code');

test('a failure the user can mend is one sentence with its remedy', () => {
  assert.equal(describeFailure(new UpidError('context-missing', 'context "x" is missing', { remedy: 'choose another' }), 0), {
    text: 'error: context "x" is missing; choose another\n',
    exitCode: 1,
  });
});

test('an answer of the API server is told in kubectl’s words', () => {
  const error = new UpidError('forbidden', 'Error from server (Forbidden): pods is forbidden', { remedy: 'grant it' });
  assert.is(describeFailure(error, 0).text, 'Error from server (Forbidden): pods is forbidden; grant it\n');
});

test('usage ends with 2, and cancelling with 130 and no words', () => {
  assert.is(describeFailure(new UpidError('usage', 'x'), 0).exitCode, 2);
  assert.equal(describeFailure(new UpidError('cancelled', 'x'), 0), { text: '', exitCode: 130 });
  assert.equal(describeFailure(new DOMException('x', 'AbortError'), 0), { text: '', exitCode: 130 });
});

test('anything else is a bug, says so, and shows its stack and causes from -v=6 on only', () => {
  const error = new TypeError('x is not a function', { cause: new Error('deeper') });
  assert.equal(describeFailure(error, 5), {
    text: 'error: this is a bug in kubectl-upid: x is not a function; please report it, with what -v=6 adds\n',
    exitCode: 1,
  });
  const { text } = describeFailure(error, 6);
  assert.match(text, /^ +at /m);
  assert.match(text, 'caused by Error: deeper');
  assert.match(describeFailure('thrown text', 0).text, 'this is a bug in kubectl-upid: thrown text');
});

test.run();
