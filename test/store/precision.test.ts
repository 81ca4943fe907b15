/** How use is rounded: within what is promised, to numbers that stay when they are rounded again, in the program as in SQL. */

import { HALF_PER_CENT, type Precision, QUARTER_PER_CENT, rounded, roundedSql } from '../../lib/store/precision.ts';
import { assert, suite } from '../harness.ts';
import { rowsOf } from './samples.ts';

const test = suite('precision of what is kept');

test('rounding to half a per cent and to a quarter, worked out by hand', () => {
  const halves: readonly (readonly [number, number])[] = [
    [0, 0],
    [0.1 + 0.2, 0.3],
    [123.4, 123],
    [199.6, 200],
    [201, 202],
    [0.004_568, 0.004_56],
    [5.03, 5.05],
    [998, 1000],
    [-123.4, -123],
    [1, 1],
    [1e-9, 1e-9],
  ];
  for (const [value, wanted] of halves) assert.is(rounded(value, HALF_PER_CENT), wanted, String(value));
  const quarters = [
    [123_456_789, 123_500_000],
    [2_684_354_560, 2_680_000_000],
    [777_777, 778_000],
  ] as const;
  for (const [value, wanted] of quarters) assert.is(rounded(value, QUARTER_PER_CENT), wanted, String(value));
  for (const none of [undefined, Number.NaN, Number.POSITIVE_INFINITY]) assert.ok(Number.isNaN(rounded(none, HALF_PER_CENT)));
});

const BOTH: readonly (readonly [string, Precision, number])[] = [
  ['half a per cent', HALF_PER_CENT, 0.005],
  ['a quarter per cent', QUARTER_PER_CENT, 0.0025],
];
for (const [name, precision, error] of BOTH) {
  test(`${name}: no value is off by more, none changes when it is rounded again, and SQL says the same`, async () => {
    const values = Array.from({ length: 4000 }, (_, index) => 1.0173 ** index / 1e10);
    const kept = values.map((value) => rounded(value, precision));
    values.forEach((value, index) => {
      const found = kept[index]!;
      assert.ok(Math.abs(found - value) <= value * error * 1.000_001, `${value} became ${found}`);
      assert.is(rounded(found, precision), found);
    });
    const sql = `SELECT ${roundedSql('value', precision)} AS kept FROM (SELECT unnest([${values.map((value) => `${value}::DOUBLE`)}]) AS value)`;
    const rows = await rowsOf(sql);
    rows.forEach((row, index) => {
      assert.ok(Math.abs(Number(row.kept) / kept[index]! - 1) < 1e-12, `${row.kept} instead of ${kept[index]}`);
    });
  });
}

test.run();
