/** Hours of containers, which the learned sizes rest on, against figures worked out by hand. */

import { assert, suite } from '../harness.ts';
import { DAY, HOUR, MINUTE, NOW, networkSample, sample, testHistory } from './samples.ts';

const test = suite('hours of containers from the history');

test('each hour holds the mean and the highest of its busiest pod, sidecars apart, and nothing where nothing was sampled', async () => {
  const { history } = testHistory();
  const hour = Math.floor(NOW / HOUR) * HOUR - 2 * HOUR;
  await history.append([
    sample({ atMs: hour, cpuCores: 0.25, memoryBytes: 1000 }),
    sample({ atMs: hour + MINUTE, cpuCores: 0.75, memoryBytes: 3000 }),
    sample({ pod: 'web-2', atMs: hour, cpuCores: 0.625, memoryBytes: 500 }),
    sample({ container: 'istio-proxy', app: false, atMs: hour, cpuCores: 8, memoryBytes: Number.NaN }),
    networkSample({ atMs: hour, networkBytesPerSecond: 5 }),
    sample({ atMs: hour + HOUR, cpuCores: 1, memoryBytes: 700 }),
  ]);
  const found = (await history.containerHours({ fromMs: NOW - DAY, toMs: NOW })).get('shop/Deployment/web')!;
  assert.equal([...found.keys()].toSorted(), ['istio-proxy', 'main']);
  const { grid, ...main } = found.get('main')!;
  const at = (hour - grid.startMs) / HOUR;
  assert.is(grid.slotSeconds, 3600);
  assert.equal(
    Object.entries(main).map(([name, values]) => [name, ...values.subarray(at - 1, at + 2)]),
    [
      ['cpuMeanCores', Number.NaN, 0.625, 1],
      ['cpuPeakCores', Number.NaN, 0.75, 1],
      ['memoryMeanBytes', Number.NaN, 2000, 700],
      ['memoryPeakBytes', Number.NaN, 3000, 700],
    ],
  );
  assert.is(found.get('istio-proxy')!.memoryPeakBytes, undefined);
  await history.close();
});

test('one namespace alone', async () => {
  const { history } = testHistory();
  await history.append([sample(), sample({ namespace: 'other' })]);
  const found = await history.containerHours({ fromMs: NOW - HOUR, toMs: NOW, namespace: 'other' });
  assert.equal([...found.keys()], ['other/Deployment/web']);
  await history.close();
});

test.run();
