import { backtestPeak, backtestText } from '../../../lib/intelligence/sizing/backtest.ts';
import { loadSizingModel } from '../../../lib/intelligence/sizing/model.ts';
import { assert, suite } from '../../harness.ts';
import { noise } from '../forecast/series.ts';
import { history } from './histories.ts';

const test = suite('sizes that earlier weeks would have been given');

const model = await loadSizingModel();

test('a calm history was never exceeded', () => {
  const tested = backtestPeak(
    history(() => 3e8),
    'medium',
    model,
  );
  assert.equal(tested, { weeks: 3, exceededWeeks: 0, hours: 504, exceededHours: 0, fromHour: 216, toHour: 720 });
});

test('a week of a sudden rise counts as exceeded, with its hours', () => {
  // From six hours before the end on; the size of the last week could not know.
  const tested = backtestPeak(
    history((hour) => (hour >= 714 ? 9e9 : 3e8 + 1e7 * noise(hour))),
    'medium',
    model,
  )!;
  assert.equal(tested, { weeks: 3, exceededWeeks: 1, hours: 504, exceededHours: 6, fromHour: 216, toHour: 720 });
  assert.is(
    backtestText(tested),
    'a size so chosen would have been exceeded in 1 of 3 earlier weeks (6 of 504 hours it was not made from)',
  );
});

test('one hour above is a week exceeded for memory, and not for CPU, which waits', () => {
  const spiked = (unit: number) => (hour: number) => (hour === 716 ? 30 : 1) * unit;
  const weeks = [history(spiked(3e8)), history(spiked(0.3), { metric: 'cpu' })].map(
    (given) => backtestPeak(given, 'medium', model)!.exceededWeeks,
  );
  assert.equal(weeks, [1, 0]);
});

test('weeks without enough hours before them are not looked at, and nothing is said where there is none', () => {
  assert.is(
    backtestPeak(
      history(() => 1, { hours: 400 }),
      'medium',
      model,
    )!.weeks,
    1,
  );
  assert.is(
    backtestPeak(
      history(() => 1, { hours: 200 }),
      'medium',
      model,
    ),
    undefined,
  );
});

test.run();
