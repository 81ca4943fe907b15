import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { evaluateSizing } from '../../lib/operations/evaluate-sizing.ts';
import type { SizingRisk } from '../../lib/types/sizing.ts';
import { assert, suite } from '../harness.ts';
import { temporaryFolder, testRuntime } from '../kube/runtime.ts';
import { query } from './query.ts';

const test = suite('sizes of a file of histories');

const { signal } = new AbortController();

const HOURS = `SELECT 'b' AS series_id, metric, TIMESTAMP '2026-05-13' AS origin,
  TIMESTAMP '2026-05-13' - i * INTERVAL 1 HOUR AS ts, 1 + (i * 37 % 101) / 100 AS value, 2 * value AS value_max
  FROM range(1, 241) r(i), (VALUES ('cpu'), ('mem')) m(metric)`;

async function evaluated(select: string, { name = 'out.parquet', risk = 'medium' as SizingRisk } = {}) {
  const folder = temporaryFolder();
  const [input, output] = [join(folder, 'in.parquet'), join(folder, name)];
  await query(`COPY (${select}) TO '${input}'`);
  const warned: string[] = [];
  const runtime = testRuntime({ warn: (line) => void warned.push(line) });
  const done = evaluateSizing({ input, output, risk, runtime, signal, progress: () => undefined });
  return { done, output, warned };
}

test('each window is answered by one row, and less risk asks for more', async () => {
  const outputs: string[] = [];
  for (const risk of ['low', 'medium', 'high'] as const) {
    const { done, output } = await evaluated(HOURS, { risk });
    assert.equal(await done, { sizes: 2, refused: 0, fromMeans: 0, leftOut: 0 });
    outputs.push(output);
  }
  const [low, medium, high] = outputs;
  const rows = await query(`SELECT metric, l.rec > m.rec AND m.rec > h.rec AND h.rec > 1
    FROM '${low}' l JOIN '${medium}' m USING (series_id, metric, origin) JOIN '${high}' h USING (series_id, metric, origin) ORDER BY 1`);
  assert.equal(rows, [
    ['cpu', true],
    ['mem', true],
  ]);
});

test('without value_max the means are what is known, and that is counted', async () => {
  const { done, output } = await evaluated(`SELECT * EXCLUDE (value_max) FROM (${HOURS})`);
  assert.equal(await done, { sizes: 2, refused: 0, fromMeans: 2, leftOut: 0 });
  const [row] = await query(`SELECT min(rec) > 2 FROM '${output}'`);
  assert.equal(row, [true]);
});

test('instants as numbers, another order and CSV give the same sizes', async () => {
  const plain = await evaluated(HOURS);
  await plain.done;
  const other = await evaluated(
    `SELECT value_max, series_id, metric, epoch(origin) AS origin, epoch_ms(ts) AS ts, value FROM (${HOURS}) ORDER BY value`,
    { name: 'out.csv' },
  );
  await other.done;
  const [row] = await query(`SELECT count(*)::INT, sum((a.rec = b.rec)::INT)::INT FROM '${plain.output}' a
    JOIN '${other.output}' b USING (series_id, metric)`);
  assert.equal(row, [2, 2]);
});

test('a history that is too short is named and left out; network is nothing to ask for', async () => {
  const { done, output, warned } = await evaluated(
    `${HOURS} WHERE metric = 'cpu' OR i < 32 UNION ALL SELECT * REPLACE ('net' AS metric) FROM (${HOURS}) WHERE metric = 'cpu'`,
  );
  assert.equal(await done, { sizes: 1, refused: 1, fromMeans: 0, leftOut: 1 });
  assert.equal(warned, ['b mem: not enough history: 31 h of 72 h']);
  assert.equal(await query(`SELECT DISTINCT metric FROM '${output}'`), [['cpu']]);
});

test('a file without a column, or with another metric, is refused and nothing is written', async () => {
  for (const [select, words] of [
    [`SELECT series_id, metric, origin, value FROM (${HOURS})`, /has no column ts/],
    [`SELECT * REPLACE ('disk' AS metric) FROM (${HOURS})`, /metric should be one of cpu, mem, not "disk"/],
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
