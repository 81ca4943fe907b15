/** Hours that a history has nothing of. */

import { assert, suite } from '../harness.ts';
import { DAY, HOUR, MINUTE, NOW, sample, testHistory } from './samples.ts';

const test = suite('gaps of the history');

/** A sample a quarter past each of these hours before NOW, which is a full one. */
const at = (hoursBack: readonly number[]): readonly ReturnType<typeof sample>[] =>
  hoursBack.map((back) => sample({ atMs: NOW - back * HOUR + 15 * MINUTE }));

const gap = (fromBack: number, toBack: number): { fromMs: number; toMs: number } => ({
  fromMs: NOW - fromBack * HOUR,
  toMs: NOW - toBack * HOUR,
});

test('a history that is not there lacks every whole hour of the period', async () => {
  const { history } = testHistory();
  assert.equal(await history.gaps(gap(5, 0)), [gap(5, 0)]);
  assert.equal(await history.gaps({ fromMs: NOW - 5 * HOUR + 1, toMs: NOW - 1 }), [gap(4, 1)]);
  assert.equal(await history.gaps({ fromMs: NOW - 50 * MINUTE, toMs: NOW - 1 }), []);
});

test('hours without a sample, joined where they follow each other; one sample at the first instant of an hour is enough', async () => {
  const { history } = testHistory();
  await history.append([...at([20, 19, 10]), sample({ atMs: NOW - 5 * HOUR }), sample({ atMs: NOW - 3 * HOUR - 1 })]);
  assert.equal(await history.gaps(gap(21, 0)), [gap(21, 20), gap(18, 10), gap(9, 5), gap(3, 0)]);
});

test('of one namespace, whatever others have', async () => {
  const { history } = testHistory();
  await history.append([sample({ atMs: NOW - 2 * HOUR }), sample({ atMs: NOW - HOUR, namespace: 'bank' })]);
  assert.equal(await history.gaps(gap(2, 0)), []);
  assert.equal(await history.gaps({ ...gap(2, 0), namespace: 'shop' }), [gap(1, 0)]);
});

test('hours of which only roll-ups are left are none', async () => {
  const { history, setClock } = testHistory();
  for (let day = 20; day >= 0; day--) {
    setClock(NOW - day * DAY);
    await history.append(at(Array.from({ length: 24 }, (_, hour) => day * 24 + hour)).filter((_, hour) => hour !== 7));
  }
  const period = gap(20 * 24, 10 * 24);
  const before = await history.gaps(period);
  assert.is(before.length, 10);
  await history.prune();
  // A roll-up is in place for a while before what it covers goes.
  setClock(Date.now() + 10 * MINUTE);
  await history.prune({ rawSeconds: 0, hourlySeconds: 10_000 * DAY });
  assert.ok((await history.rawFromMs()) > period.toMs);
  assert.equal(await history.gaps(period), before);
});

test.run();
