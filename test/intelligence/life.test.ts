import { lifeFactor } from '../../lib/intelligence/idle/life.ts';
import type { Factor } from '../../lib/types/idle.ts';
import type { Pod, Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { contextOf, HOUR_MS, NOW, pod, signalsOf, workload } from './build.ts';

const test = suite('the life factor');

function judged(of: Workload, windowSeconds = 24 * 3600): Factor {
  return lifeFactor(signalsOf({}, of), contextOf({ windowSeconds }));
}

function withPods(...pods: readonly Partial<Pod>[]): Workload {
  return workload({ pods: pods.map((parts, index) => pod(`web-${index}`, parts)) });
}

for (const kind of ['Job', 'CronJob', 'DaemonSet', 'Node']) {
  test(`a ${kind} is never idle`, () => assert.is(judged(workload({ kind })).state, 'refutes'));
}

test('a static pod belongs to its node, whatever owns it', () => {
  const mirrored = withPods({ annotations: { 'kubernetes.io/config.mirror': 'abc' } });
  assert.is(judged(mirrored).state, 'refutes');
});

test('supports idleness when all pods are ready and older than the window', () => {
  const factor = judged(withPods({}, {}));
  assert.is(factor.state, 'supports');
  assert.match(factor.evidence, 'all 2 pods are ready');
});

test('does not tell while the youngest pod is younger than the window', () => {
  const young = withPods({}, { startedAt: NOW - 20 * HOUR_MS });
  assert.is(judged(young).state, 'unknown');
  assert.match(judged(young).evidence, 'started 20h ago');
  assert.is(judged(young, 12 * 3600).state, 'supports');
});

test('does not tell of a workload that is younger than its pods look', () => {
  assert.is(judged({ ...withPods({}), createdAt: NOW - HOUR_MS }).state, 'unknown');
});

test('does not tell while a pod is not ready, and names what ended it', () => {
  const broken = withPods(
    {},
    {
      ready: false,
      states: [
        {
          name: 'app',
          ready: false,
          restarts: 41,
          lastTermination: { reason: 'OOMKilled', at: NOW - HOUR_MS, exitCode: 137 },
        },
      ],
    },
  );
  const factor = judged(broken);
  assert.is(factor.state, 'unknown');
  assert.match(factor.evidence, '1 of 2 pods not ready (last ended by OOMKilled)');
});

test('does not tell after a restart within the window; an older one does not matter', () => {
  const restarted = (hoursAgo: number): Workload =>
    withPods({ states: [{ name: 'app', ready: true, restarts: 1, startedAt: NOW - hoursAgo * HOUR_MS }] });
  assert.is(judged(restarted(5)).state, 'unknown');
  assert.match(judged(restarted(5)).evidence, 'restarted 5h ago');
  assert.is(judged(restarted(30)).state, 'supports');
});

test.run();
