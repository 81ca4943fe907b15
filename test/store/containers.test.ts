/** Peaks and percentiles of containers, which sizing rests on, against figures worked out by hand. */

import { assert, suite } from '../harness.ts';
import { DAY, HOUR, MINUTE, NOW, networkSample, sample, testHistory } from './samples.ts';

const test = suite('containers from the history');

test('peaks and the 99th percentile of the hourly peaks of the busiest pod, sidecars too, from the first sample to the last', async () => {
  const { history } = testHistory();
  // Hourly peaks of web-1: 0, 0.01 … 1.00, whose 99th percentile is 0.99; what is lower within an hour does not count. web-2 has one value.
  const first = Array.from({ length: 101 }, (_, index) => [
    sample({ atMs: NOW - index * HOUR, cpuCores: index / 100, memoryBytes: 1000 + index }),
    sample({ atMs: NOW - index * HOUR + MINUTE, cpuCores: 0, memoryBytes: 1000 }),
  ]);
  await history.append([
    ...first.flat().filter(({ atMs }) => atMs <= NOW),
    sample({ pod: 'web-2', cpuCores: 0.5, memoryBytes: 7000 }),
    sample({ container: 'istio-proxy', app: false, cpuCores: 0.25, memoryBytes: Number.NaN, windowSeconds: 30 }),
    networkSample({ networkBytesPerSecond: 5 }),
    sample({ atMs: NOW - 31 * DAY, cpuCores: 9, memoryBytes: 9e9 }),
  ]);
  const found = await history.containers({ fromMs: NOW - 30 * DAY, toMs: NOW });
  const [proxy, main, ...rest] = found.get('shop/Deployment/web') ?? [];
  assert.equal(rest, []);
  assert.is(Math.round((main?.cpuP99Cores ?? 0) * 1e9) / 1e9, 0.99);
  assert.equal(
    { ...main, cpuP99Cores: undefined },
    {
      container: 'main',
      source: 'history',
      fromMs: NOW - 100 * HOUR,
      toMs: NOW,
      samples: 202,
      cpuP99Cores: undefined,
      cpuPeakCores: 1,
      memoryPeakBytes: 7000,
      cpuResolutionSeconds: 15,
    },
  );
  assert.equal(proxy, {
    container: 'istio-proxy',
    source: 'history',
    fromMs: NOW,
    toMs: NOW,
    samples: 1,
    cpuP99Cores: 0.25,
    cpuPeakCores: 0.25,
    cpuResolutionSeconds: 30,
  });
  history.close();
});

test('one namespace alone', async () => {
  const { history } = testHistory();
  await history.append([sample(), sample({ namespace: 'other' })]);
  const found = await history.containers({ fromMs: NOW - HOUR, toMs: NOW, namespace: 'other' });
  assert.equal([...found.keys()], ['other/Deployment/web']);
  history.close();
});

test.run();
