import type { Key } from 'ink';
import { actionOf, keyNames, keysOf } from '../../ui/keys.ts';
import { assert, suite } from '../harness.ts';

const test = suite('keys');

const NO_KEY: Key = {
  upArrow: false,
  downArrow: false,
  leftArrow: false,
  rightArrow: false,
  pageDown: false,
  pageUp: false,
  home: false,
  end: false,
  return: false,
  escape: false,
  ctrl: false,
  shift: false,
  tab: false,
  backspace: false,
  delete: false,
  meta: false,
  super: false,
  hyper: false,
  capsLock: false,
  numLock: false,
};

test('no key has two meanings in one view', () => {
  for (const view of ['idle', 'optimize', 'explain'] as const) {
    const keys = keysOf(view).flatMap((binding) => binding.keys);
    assert.equal([...new Set(keys)], keys);
  }
});

test('each view has its own key for what it hides', () => {
  assert.is(actionOf('idle', 'u'), 'extra');
  assert.is(actionOf('idle', 'd'), undefined);
  assert.is(actionOf('optimize', 'd'), 'extra');
});

test('keys that arrive in one piece are single keys', () => {
  assert.equal(keyNames('jj\r/x', NO_KEY), ['j', 'j', 'enter', '/', 'x']);
});

test('special keys have names, Ctrl has a prefix, DEL is backspace', () => {
  assert.equal(keyNames('', { ...NO_KEY, pageDown: true }), ['pagedown']);
  assert.equal(keyNames('c', { ...NO_KEY, ctrl: true }), ['ctrl+c']);
  assert.equal(keyNames('', { ...NO_KEY, delete: true }), ['backspace']);
});

test('Alt with a letter is no letter', () => {
  assert.equal(keyNames('q', { ...NO_KEY, meta: true }), []);
});

test.run();
