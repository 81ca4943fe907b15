import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateForecast } from '../../lib/operations/evaluate-forecast.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { query } from './query.ts';

const test = suite('forecasts of a file of histories');

const { signal } = new AbortController();

const HOURS = `SELECT 'b' AS series_id, metric, TIMESTAMP '2026-05-13' AS origin,
  TIMESTAMP '2026-05-13' - i * INTERVAL 1 HOUR AS ts, 1 + (i * 37 % 101) / 100 AS value
  FROM range(1, 241) r(i), (VALUES ('cpu'), ('mem'), ('net')) m(metric)`;

async function evaluated(select: string, name = 'out.parquet') {
  const folder = temporaryFolder();
  const [input, output] = [join(folder, 'in.parquet'), join(folder, name)];
  await query(`COPY (${select}) TO '${input}'`);
  const warned: string[] = [];
  const runtime = testRuntime({ warn: (line) => void warned.push(line) });
  const done = evaluateForecast({ input, output, runtime, signal, progress: () => undefined });
  return { done, output, warned };
}

test('each window is answered by 168 rows in order, within their interval', async () => {
  const { done, output } = await evaluated(HOURS);
  assert.equal(await done, { forecasts: 3, refused: 0 });
  const rows = await query(`SELECT metric, count(*)::INT, min(h), max(h), bool_and(lo95 <= mean AND mean <= hi95 AND lo95 >= 0)
    FROM '${output}' GROUP BY 1 ORDER BY 1`);
  assert.equal(
    rows,
    ['cpu', 'mem', 'net'].map((metric) => [metric, 168, 1, 168, true]),
  );
});

test('instants as text, as dates or as numbers, other columns and another order give the same figures, as CSV too', async () => {
  const plain = await evaluated(HOURS);
  await plain.done;
  const others = [
    `SELECT value, origin::VARCHAR AS origin, metric, ts::VARCHAR AS ts, series_id, 7 AS more FROM (${HOURS}) ORDER BY value`,
    `SELECT series_id, metric, origin::DATE AS origin, epoch_ms(ts) AS ts, value FROM (${HOURS})`,
    `SELECT series_id, metric, epoch(origin) AS origin, epoch(ts)::BIGINT AS ts, value FROM (${HOURS})`,
  ];
  for (const select of others) {
    const other = await evaluated(select, 'out.csv');
    await other.done;
    const [row] = await query(`SELECT count(*)::INT, sum((a.mean = b.mean AND a.lo95 = b.lo95 AND a.hi95 = b.hi95)::INT)::INT
      FROM '${plain.output}' a JOIN '${other.output}' b USING (series_id, metric, h)`);
    assert.equal(row, [504, 504], select);
  }
});

test('rows that are no measurements, are there twice or stand in any order change nothing, bit for bit', async () => {
  const isBad = '(i BETWEEN 40 AND 43 OR i % 29 = 0)';
  const kept = `SELECT * FROM (SELECT *, (epoch_ms(origin) - epoch_ms(ts)) // 3600000 AS i FROM (${HOURS})) WHERE NOT ${isBad}`;
  const clean = await evaluated(kept);
  await clean.done;
  for (const wrong of ["'NaN'::DOUBLE", 'NULL', '-0.25', "'Infinity'::DOUBLE", "'-Infinity'::DOUBLE"]) {
    const withBad = `SELECT * REPLACE (CASE WHEN ${isBad} THEN ${wrong} ELSE value END AS value)
      FROM (SELECT *, (epoch_ms(origin) - epoch_ms(ts)) // 3600000 AS i FROM (${HOURS}))`;
    const { done, output } = await evaluated(
      `SELECT * FROM (${withBad} UNION ALL ${withBad}) ORDER BY hash(series_id, metric, ts)`,
    );
    assert.equal(await done, { forecasts: 3, refused: 0 }, wrong);
    const [row] = await query(`SELECT count(*)::INT, sum((a.mean = b.mean AND a.lo95 = b.lo95 AND a.hi95 = b.hi95)::INT)::INT
      FROM '${clean.output}' a JOIN '${output}' b USING (series_id, metric, h)`);
    assert.equal(row, [504, 504], wrong);
  }
});

test('bad rows do not count towards the three days', async () => {
  const { done, warned } = await evaluated(`SELECT * REPLACE (CASE WHEN i > 71 THEN -1 ELSE value END AS value)
    FROM (SELECT *, (epoch_ms(origin) - epoch_ms(ts)) // 3600000 AS i FROM (${HOURS}))`);
  assert.equal(await done, { forecasts: 0, refused: 3 });
  assert.is(warned[0], 'b cpu: not enough history: 71 h of 72 h');
});

test('a history that is too short is named and left out', async () => {
  const { done, output, warned } = await evaluated(`${HOURS} WHERE metric = 'cpu' OR i < 32`);
  assert.equal(await done, { forecasts: 1, refused: 2 });
  assert.equal(warned, ['b mem: not enough history: 31 h of 72 h', 'b net: not enough history: 31 h of 72 h']);
  assert.equal(await query(`SELECT DISTINCT metric FROM '${output}'`), [['cpu']]);
});

test('a file without a column, or with another metric, is refused and nothing is written', async () => {
  for (const [select, words] of [
    [`SELECT series_id, metric, origin, value FROM (${HOURS})`, /has no column ts/],
    [`SELECT * REPLACE ('disk' AS metric) FROM (${HOURS})`, /metric should be one of cpu, mem, net, not "disk"/],
  ] as const) {
    const { done, output } = await evaluated(select);
    const message = await done.then(
      () => 'answered',
      (error: unknown) => String(error),
    );
    assert.match(message, words);
    assert.not(existsSync(output));
  }
});

test.run();
