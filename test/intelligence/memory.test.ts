import { memoryFactor } from '../../lib/intelligence/idle/memory.ts';
import type { Factor } from '../../lib/types/idle.ts';
import { assert, suite } from '../harness.ts';
import { container, contextOf, type Measured, signalsOf, workloadOf } from './build.ts';

const test = suite('the memory factor');

const MEBIBYTE = 2 ** 20;

/** A container that requests 1 GiB. */
function judged(measured: Measured): Factor {
  const held = workloadOf([container({ requests: { cpuCores: 0.1, memoryBytes: 1024 * MEBIBYTE } })]);
  return memoryFactor(signalsOf(measured, held), contextOf());
}

test('supports idleness below a tenth of the request for four hours', () => {
  // It moves by half, which does not matter at that level.
  const factor = judged({ memory: (hoursAgo) => (Math.round(hoursAgo * 12) % 2 ? 50 : 100) * MEBIBYTE });
  assert.is(factor.state, 'supports');
  assert.match(factor.evidence, 'below 102Mi');
});

test('supports it at any level that stands still', () => {
  const factor = judged({ memory: 900 * MEBIBYTE, movement: 0.01 });
  assert.is(factor.state, 'supports');
  assert.match(factor.evidence, 'held still (within 2 %)');
});

test('takes a level that creeps by less than 2 % in four hours for still', () => {
  assert.is(judged({ memory: (hoursAgo) => (900 - 3 * hoursAgo) * MEBIBYTE }).state, 'supports');
});

test('refutes it where the level moved by more than 2 % within four hours', () => {
  assert.is(judged({ memory: (hoursAgo) => (hoursAgo > 2 ? 900 : 930) * MEBIBYTE }).state, 'refutes');
});

test('refutes it where a pod moved within a slot though the peaks stand still', () => {
  const moved = (hoursAgo: number): number => (Math.abs(hoursAgo - 1) < 0.01 ? 0.2 : 0);
  assert.is(judged({ memory: 900 * MEBIBYTE, movement: moved }).state, 'refutes');
});

test('supports it again when what moved is more than four hours old', () => {
  assert.is(judged({ memory: (hoursAgo) => (hoursAgo > 9 ? 500 : 900) * MEBIBYTE }).state, 'supports');
});

test('does not tell by less than four hours, or without a request and in motion', () => {
  assert.is(judged({ hours: 2, memory: 900 * MEBIBYTE }).state, 'unknown');
  assert.is(judged({}).state, 'unknown');
  const factor = memoryFactor(
    signalsOf({ memory: 10 * MEBIBYTE, movement: 0 }, workloadOf([container({ requests: {} })])),
    contextOf(),
  );
  assert.is(factor.state, 'supports');
  assert.is(factor.threshold, undefined);
});

test.run();
