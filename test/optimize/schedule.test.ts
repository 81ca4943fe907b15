/** Office hours: seen where use keeps to them, and written so that a real API server takes them. */

import { parse, parseAllDocuments } from 'yaml';
import { localWeekHours, officeHoursOf, stoppedHours } from '../../lib/intelligence/scaling/office-hours.ts';
import { readPlan } from '../../lib/optimize/plan-file/read.ts';
import { scheduleFor } from '../../lib/optimize/schedule/recommend.ts';
import { DEFAULT_OPTIMIZE_SETTINGS } from '../../lib/optimize/settings.ts';
import type { Workload } from '../../lib/types/workload.ts';
import { assert, suite } from '../harness.ts';
import { run } from '../plugin/run.ts';
import { NOW, objectOf, PRICES, scalerOf, workloadOf } from './look.ts';

const test = suite('office hours');

/** Four weeks from a Monday at midnight in UTC. */
const GRID = { startMs: Date.UTC(2026, 9, 19), slotSeconds: 3600, slots: 4 * 168 };

/** 1 core on weekdays from 8 to 18, 0.02 else; `change` after that. */
function use(change: (value: number, slot: number) => number = (value) => value): Float64Array {
  return Float64Array.from({ length: GRID.slots }, (_, slot) => {
    const [day, hour] = [Math.floor(slot / 24) % 7, slot % 24];
    return change(day < 5 && hour >= 8 && hour < 18 ? 1 : 0.02, slot);
  });
}

const inUtc = localWeekHours(GRID, 'UTC');

test('days and hours of use are found, and how much is left out', () => {
  const hours = officeHoursOf(use(), inUtc, 'UTC')!;
  assert.equal(
    { ...hours, quietest: 0 },
    { weekdays: [1, 2, 3, 4, 5], fromHour: 8, toHour: 18, timeZone: 'UTC', weeks: 4, quietest: 0, busiest: 1 },
  );
  assert.is(hours.quietest, 0.02);
  assert.is(stoppedHours(hours), 118);
});

test('hours are those of the place, also across the end of summer time', () => {
  // Berlin leaves summer time on 25 October: 8:00 UTC is 10:00 before and 9:00 after it.
  const hours = officeHoursOf(use(), localWeekHours(GRID, 'Europe/Berlin'), 'Europe/Berlin')!;
  assert.equal([hours.fromHour, hours.toHour], [9, 20]);
});

test('a single use at night in a month is within the hours', () => {
  // Friday of the fourth week, at three.
  const hours = officeHoursOf(
    use((value, slot) => (slot === 603 ? 1 : value)),
    inUtc,
    'UTC',
  )!;
  assert.equal([hours.weekdays, hours.fromHour, hours.toHour], [[1, 2, 3, 4, 5], 3, 18]);
});

test('what comes once a month keeps to another clock than the week', () => {
  const monthly = use((value, slot) => (slot < 168 ? value : 0.02));
  assert.is(officeHoursOf(monthly, inUtc, 'UTC'), undefined);
});

test('what is used at all times, never, or was seen for a week only, has none', () => {
  assert.is(
    officeHoursOf(
      use(() => 1),
      inUtc,
      'UTC',
    ),
    undefined,
  );
  assert.is(
    officeHoursOf(
      use(() => 0),
      inUtc,
      'UTC',
    ),
    undefined,
  );
  assert.is(
    officeHoursOf(
      use((value, slot) => (slot < 168 ? value : Number.NaN)),
      inUtc,
      'UTC',
    ),
    undefined,
  );
});

function schedule(workload: Partial<Workload> = {}, keda = false, protectSystem = true) {
  const context = {
    madeAtMs: NOW,
    limitRanges: [],
    resourceQuotas: [],
    nodes: [],
    prices: PRICES,
    settings: { ...DEFAULT_OPTIMIZE_SETTINGS, protectSystem },
  };
  const hours = [{ source: 'prometheus', grid: GRID, cpuMeanCores: use() } as const];
  const subject = workloadOf(objectOf(), workload);
  return scheduleFor({ workload: subject, hours, weekHours: inUtc, timeZone: 'UTC', context, keda, kubectlVersion: 'v1.37.2' });
}

test('with KEDA it is a cron trigger from zero, without it two jobs that may scale this object alone', () => {
  const { proposal } = schedule({}, true);
  assert.equal(parse(proposal!.emitted!.text).spec, {
    scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
    minReplicaCount: 0,
    maxReplicaCount: 3,
    triggers: [
      {
        type: 'cron',
        metadata: { timezone: 'UTC', start: '0 8 * * 1,2,3,4,5', end: '0 18 * * 1,2,3,4,5', desiredReplicas: '3' },
      },
    ],
  });
  const objects = parseAllDocuments(schedule().proposal!.emitted!.text).map((document) => document.toJS());
  assert.equal(
    objects.map(({ kind }) => kind),
    ['ServiceAccount', 'Role', 'RoleBinding', 'CronJob', 'CronJob'],
  );
  assert.ok(objects[1].rules.every(({ resourceNames }: { resourceNames: string[] }) => resourceNames[0] === 'web'));
  assert.equal(
    objects.slice(3).map(({ spec }) => [spec.schedule, spec.timeZone]),
    [
      ['0 8 * * 1,2,3,4,5', 'UTC'],
      ['0 18 * * 1,2,3,4,5', 'UTC'],
    ],
  );
  assert.equal(proposal!.patch, []);
  // 118 of 168 hours of 1.5 cores.
  assert.is(proposal!.savings.cpuCores, 1.053571);
});

test('what an autoscaler, an election or the cluster keeps is declined with the reason', () => {
  const refusal = (workload: Partial<Workload>): string => schedule(workload).declined[0]?.reason ?? 'none';
  assert.match(refusal({ autoscalers: [scalerOf()] }), /^HorizontalPodAutoscaler web sets its replicas/);
  assert.match(refusal({ leases: [{ name: 'web', holder: 'web-0' }] }), /^it takes part in a leader election/);
  assert.match(refusal({ deletesVolumesWhenScaled: true }), /deletes its volume claims/);
  const critical = { priorityClassName: 'system-cluster-critical' };
  assert.match(refusal(critical), /the cluster itself depends on it/);
  assert.ok(schedule(critical, false, false).proposal, 'who asks for it gets it');
});

test('the simulated cluster answers, and the plan is read back', async () => {
  const { exitCode, stdout, stderr } = await run(['optimize', 'schedule', '--demo', '-o', 'json']);
  assert.is(exitCode, 0, stderr);
  const plan = readPlan(stdout, 'plan.json');
  assert.ok(plan.recommendations.every(({ kind, emitted, risk }) => kind === 'schedule' && emitted && risk));
});

test.run();
