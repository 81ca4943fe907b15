/** JSON Patch, case by case as RFC 6902 has them. */

import { applyJsonPatch, type Json, MalformedPatch, PatchFailure } from '../../../lib/kube/simulated/json-patch.ts';
import { assert, suite } from '../../harness.ts';

const test = suite('JSON patch');

const APPLIED: readonly (readonly [string, Json, unknown, Json])[] = [
  ['adds a member', { a: 1 }, [{ op: 'add', path: '/b', value: 2 }], { a: 1, b: 2 }],
  ['adds over a member', { a: 1 }, [{ op: 'add', path: '/a', value: null }], { a: null }],
  ['inserts into an array', { a: [1, 3] }, [{ op: 'add', path: '/a/1', value: 2 }], { a: [1, 2, 3] }],
  ['appends to an array', { a: [1] }, [{ op: 'add', path: '/a/-', value: [2] }], { a: [1, [2]] }],
  ['removes a member', { a: 1, b: 2 }, [{ op: 'remove', path: '/a' }], { b: 2 }],
  ['removes an element', { a: [1, 2, 3] }, [{ op: 'remove', path: '/a/1' }], { a: [1, 3] }],
  ['replaces deep down', { a: [{ b: 1 }] }, [{ op: 'replace', path: '/a/0/b', value: 2 }], { a: [{ b: 2 }] }],
  ['moves', { a: { x: 1 }, b: {} }, [{ op: 'move', from: '/a/x', path: '/b/y' }], { a: {}, b: { y: 1 } }],
  ['copies', { a: [1] }, [{ op: 'copy', from: '/a', path: '/b' }], { a: [1], b: [1] }],
  [
    'tests whatever the order of members',
    { a: { x: 1, y: [2] } },
    [{ op: 'test', path: '/a', value: { y: [2], x: 1 } }],
    { a: { x: 1, y: [2] } },
  ],
  ['unescapes ~0 and ~1', { 'a/b': { '~c': 1 } }, [{ op: 'replace', path: '/a~1b/~0c', value: 2 }], { 'a/b': { '~c': 2 } }],
  ['replaces the whole document', { a: 1 }, [{ op: 'replace', path: '', value: { b: 2 } }], { b: 2 }],
  [
    'knows no member that nobody wrote',
    {},
    [{ op: 'add', path: '/__proto__', value: { a: 1 } }],
    JSON.parse('{"__proto__":{"a":1}}'),
  ],
];

for (const [what, document, patch, expected] of APPLIED) {
  test(what, () => {
    const before = JSON.stringify(document);
    assert.is(JSON.stringify(applyJsonPatch(document, patch)), JSON.stringify(expected));
    assert.is(JSON.stringify(document), before);
  });
}

const FAILING: readonly (readonly [string, Json, unknown])[] = [
  ['a test of another value', { a: 1 }, [{ op: 'test', path: '/a', value: '1' }]],
  ['a test of what is not there', {}, [{ op: 'test', path: '/a', value: 1 }]],
  ['a replacement of what is not there', {}, [{ op: 'replace', path: '/a', value: 1 }]],
  ['a removal of what is not there', { a: [1] }, [{ op: 'remove', path: '/a/1' }]],
  ['an addition below what is not there', {}, [{ op: 'add', path: '/a/b', value: 1 }]],
  ['an index beyond the end', { a: [1] }, [{ op: 'add', path: '/a/3', value: 1 }]],
  ['an index with leading zero', { a: [1, 2] }, [{ op: 'remove', path: '/a/01' }]],
  ['an inherited member', {}, [{ op: 'test', path: '/toString', value: 1 }]],
];

for (const [what, document, patch] of FAILING) {
  test(`${what} fails`, () =>
    assert.throws(
      () => applyJsonPatch(document, patch),
      (error: unknown) => error instanceof PatchFailure,
    ));
}

test('one operation that fails undoes those before it', () => {
  const document = { a: 1 };
  const patch = [
    { op: 'replace', path: '/a', value: 2 },
    { op: 'test', path: '/a', value: 1 },
  ];
  assert.throws(() => applyJsonPatch(document, patch), /testing value \/a failed/);
  assert.equal(document, { a: 1 });
});

for (const patch of [
  {},
  'x',
  [{ op: 'add', path: 'a', value: 1 }],
  [{ op: 'grow', path: '/a' }],
  [{ op: 'add', path: '/a' }],
  [null],
]) {
  test(`${JSON.stringify(patch)} is no patch`, () =>
    assert.throws(
      () => applyJsonPatch({}, patch),
      (error: unknown) => error instanceof MalformedPatch,
    ));
}

test.run();
