import { assert, suite } from '../harness.ts';
import { BUDGETS, type Budget, type BudgetName } from './budgets.ts';
import { median, probe, ratio, run } from './measure.ts';
import { PARTS } from './parts.ts';
import { missed } from './report.ts';

const test = suite('the bench');

test('every part loads and says what it measures', async () => {
  for (const [name, load] of Object.entries(PARTS)) assert.match((await load()).title, /\w/, name);
});

test('a figure above its budget is missed, and one that equals it is met', () => {
  const budgets: readonly (readonly [string, Budget])[] = Object.entries(BUDGETS);
  assert.ok(budgets.length > 0);
  for (const [name, { most }] of budgets) {
    const budget = name as BudgetName;
    assert.equal(missed({ [budget]: most }), []);
    assert.equal(missed({ [budget]: most * 1.01 + 1e-9 }), [budget]);
  }
  assert.equal(missed({ 'time of a scan': Number.NaN }), ['time of a scan'], 'what could not be measured is not met');
});

test('a round that is slow for all moves no ratio', () => {
  assert.is(ratio([20, 22, 200], [10, 11, 100]), 2);
  assert.is(median([3, 1, 2]), 2);
});

test('a command that fails ends the bench with its last words', () => {
  assert.throws(() => run({ words: ['/bin/sh', '-c', 'echo broken >&2; exit 3'] }), /ended with 3: broken/);
});

test('a probe tells memory, processor time and connections of a run', () => {
  const result = probe(['version'], {});
  assert.ok(result.peakBytes > 20e6 && result.peakBytes < 300e6, `${result.peakBytes}`);
  assert.ok(result.cpuMilliseconds > 0);
  assert.is(result.connections, 0);
});

test.run();
