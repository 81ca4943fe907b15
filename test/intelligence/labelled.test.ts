import { judgeIdle } from '../../lib/intelligence/idle/judge.ts';
import { defaultIdleSettings } from '../../lib/intelligence/idle/settings.ts';
import { SCENARIO_NAMES, type ScenarioName, scenario } from '../../lib/kube/simulated/scenarios.ts';
import type { UsageEvidence, WorkloadUsage } from '../../lib/types/usage.ts';
import { assert, suite } from '../harness.ts';
import { describeCase, type JudgedCase, judgedCases } from './cases.ts';
import { type EvidencePeriod, evidenceOf } from './evidence.ts';
import { figuresOf } from './figures.ts';
import { observed } from './observed.ts';

const test = suite('labelled cases');

/** Seeds that nothing was tuned on. */
const FIRST_SEED = 50_001;
const SEEDS = 8;

const cases: JudgedCase[] = [];

test.before(async () => {
  for (const name of SCENARIO_NAMES) {
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++)
      cases.push(...(await judgedCases(name, seed, { steps: [300], days: [7, 7, 14] })));
  }
});

function wrong(matches: (each: JudgedCase) => boolean): string {
  return cases.filter(matches).map(describeCase).join('\n');
}

test('no workload that somebody uses, or that is kept on purpose, is called idle', () => {
  assert.ok(cases.filter(({ label }) => label === 'active').length > 150);
  assert.is(
    wrong(({ label, finding }) => label === 'active' && finding.verdict === 'idle'),
    '',
  );
});

test('none is called idle where evidence is withheld', () => {
  assert.is(
    wrong(({ label, finding }) => label === 'unknown' && finding.verdict === 'idle'),
    '',
  );
});

test('at least 95 % of what is idle is found, and listed by its confidence', () => {
  const { recall, listed, precision } = figuresOf(cases);
  const missed = wrong(({ label, finding }) => label === 'idle' && finding.verdict !== 'idle');
  assert.ok(precision >= 0.995, `precision ${precision}`);
  assert.ok(recall >= 0.95, `recall ${recall}\n${missed}`);
  assert.ok(listed >= 0.95, `listed ${listed}`);
});

test('unknown is said only where evidence is withheld', () => {
  assert.is(
    wrong(({ label, finding }) => label !== 'unknown' && finding.verdict === 'unknown'),
    '',
  );
});

const PERIOD: EvidencePeriod = {
  shape: 'samples',
  nowMs: Date.UTC(2026, 1, 11, 9, 30),
  days: 7,
  stepSeconds: 300,
  seed: 50_100,
  lost: 0,
};

/** What is left of the evidence, and what must be named as missing. */
const WITHHELD: readonly (readonly [string, (usage: WorkloadUsage) => Partial<WorkloadUsage>, RegExp])[] = [
  ['CPU', ({ cpuPeakCores: _cpu, ...rest }) => rest, /^CPU/],
  ['the network', ({ networkPeakBytesPerSecond: _peak, networkMedianBytesPerSecond: _median, ...rest }) => rest, /^network/],
  ['all but three hours', (usage) => ending(usage, 0, 3), /^CPU/],
  ['the last hour', (usage) => ending(usage, 1, 7 * 24), /^CPU/],
];

/** Only the hours from `untilHoursAgo` back to `fromHoursAgo`. */
function ending(usage: WorkloadUsage, untilHoursAgo: number, fromHoursAgo: number): Partial<WorkloadUsage> {
  const slots = (hours: number): number => usage.grid.slots - (hours * 3600) / usage.grid.slotSeconds;
  const first = Math.max(0, slots(fromHoursAgo));
  const last = slots(untilHoursAgo);
  const cut = Object.entries(usage).map(([name, value]) =>
    value instanceof Float64Array
      ? [name, value.map((each, slot) => (slot >= first && slot < last ? each : Number.NaN))]
      : [name, value],
  );
  return Object.fromEntries(cut) as Partial<WorkloadUsage>;
}

for (const [what, withhold, missing] of WITHHELD) {
  test(`without ${what} an idle workload is unknown, and what is missing is named`, async () => {
    const described = scenario('forgotten-staging', { seed: PERIOD.seed, namespace: 'staging' })[0]!;
    const workloads = await observed([described], PERIOD.nowMs);
    const whole = evidenceOf(described, PERIOD);
    const left = { usage: whole.usage.map(withhold), requests: [], containers: [] } as unknown as UsageEvidence;
    const context = { nowMs: PERIOD.nowMs, settings: defaultIdleSettings('Europe/Berlin'), workloads, unread: [] };
    const finding = judgeIdle(workloads[0]!, left, context);
    assert.is(finding.verdict, 'unknown');
    assert.match(finding.missing[0]!.what, missing);
  });
}

test('an office app is active at noon, at night and on a Sunday, and its next use is expected in office hours', async () => {
  const described = scenario('office-hours', { seed: 50_200, namespace: 'internal', timeZone: 'Europe/Berlin' });
  for (const moment of ['2026-02-11T11:00Z', '2026-02-11T23:30Z', '2026-02-15T14:00Z', '2026-02-16T04:00Z']) {
    const nowMs = Date.parse(moment);
    const workloads = await observed(described, nowMs);
    const context = { nowMs, settings: defaultIdleSettings('Europe/Berlin'), workloads, unread: [] };
    const finding = judgeIdle(workloads[0]!, evidenceOf(described[0]!, { ...PERIOD, nowMs }), context);
    assert.is(finding.verdict, 'active', moment);
    if (finding.nextUseMs !== undefined) assert.ok(finding.nextUseMs > nowMs, moment);
  }
});

test('the same seed makes the same cases', async () => {
  const name: ScenarioName = 'low-traffic-daily';
  const options = { steps: [300], days: [7] };
  assert.equal(await judgedCases(name, 50_300, options), await judgedCases(name, 50_300, options));
});

test.run();
