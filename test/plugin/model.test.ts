import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { assert, suite } from '../harness.ts';
import { temporaryFolder } from '../kube/runtime.ts';
import { assertPublished } from '../operations/published.ts';
import { run } from './run.ts';

const test = suite('model info and model train');

const TUNING = {
  apiVersion: 'upid.dev/v1alpha1',
  kind: 'ForecastTuning',
  base: '2026-01-01',
  madeAtMs: Date.UTC(2026, 2, 1),
  metrics: { cpu: { lastWeek: 0.1, widths: [{ level: 0.95, factor: 1.2 }] } },
  heldApart: [
    {
      metric: 'cpu',
      shipped: { series: 9, mase: 0.62, msis: 8.1, coverage95: 0.91 },
      own: { series: 9, mase: 0.6, msis: 7.5, coverage95: 0.95 },
    },
  ],
};

function historyWith(text: string): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'some-cluster', 'models'), { recursive: true });
  writeFileSync(join(folder, 'some-cluster', 'models', 'forecast.json'), text);
  return folder;
}

test('info shows each model with where it comes from, and needs no cluster', async () => {
  const { exitCode, stdout, stderr } = await run(['model', 'info']);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^NAME +VERSION +SIZE +LEARNED-FROM +MEASURED$/m);
  assert.match(stdout, /^forecast {3}/m);
  assert.match(stdout, /^idle-confidence {3}/m);
  assert.is(stderr, '');
});

test('the cards have the published shape, those of own histories with both errors', async () => {
  const folder = historyWith(JSON.stringify(TUNING));
  const list = JSON.parse((await run(['model', 'info', '-ojson', '--history', folder])).stdout);
  assertPublished('model-list', list);
  const own = list.items.at(-1);
  assert.is(own.name, 'forecast of some-cluster');
  assert.is(own.version, '2026-01-01, fine-tuned 2026-03-01');
  assert.equal(own.figures[0], { figure: 'MASE, cpu', value: 0.6, beside: { method: 'shipped', value: 0.62 } });
});

test('an own model that cannot be read is shown as such', async () => {
  const { exitCode, stdout } = await run(['model', 'info', '--no-headers', '--history', historyWith('{')]);
  assert.is(exitCode, 0);
  assert.match(stdout, /^forecast of some-cluster {3}unreadable /m);
});

test('train on the simulated cluster shows both errors and keeps nothing', async () => {
  const folder = temporaryFolder();
  const { exitCode, stdout, stderr } = await run(['model', 'train', '--demo', '--history', folder]);
  assert.is(exitCode, 0, stderr);
  assert.match(stdout, /^cpu +\d+ +\d+ +0\.\d{3} -> 0\.\d{3} +[\d.]+ -> [\d.]+ +\d+% -> \d+% +(no better|not kept)$/m);
  assert.match(stderr, 'Nothing is kept of the simulated cluster');
  assert.not.match((await run(['model', 'info', '--history', folder])).stdout, 'forecast of');
});

test('what train prints has the published shape, and is the same each time', async () => {
  const print = async () => JSON.parse((await run(['model', 'train', '--demo', '-ojson'])).stdout);
  const first = await print();
  assertPublished('model-training-list', first);
  assert.equal((await print()).items, first.items);
});

test.run();
