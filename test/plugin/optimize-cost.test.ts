import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { assert, suite } from '../harness.ts';
import { run } from './run.ts';

const test = suite('optimize cost');

interface Point {
  readonly name: string;
  readonly changes: number;
  readonly savedMonthlyAmount: number;
  readonly monthlyAmountAfter: number;
  readonly risk: number;
  readonly gap: number;
  readonly realisableMonthlyAmount?: number;
}

interface CostPlan {
  readonly metadata: {
    readonly savedMonthlyAmount: number;
    readonly choice: {
      readonly monthlyAmountNow: number;
      readonly points: readonly Point[];
      readonly front: readonly { readonly savedMonthlyAmount: number; readonly risk: number }[];
      readonly budgetMet?: boolean;
      readonly chosen: string;
    };
  };
  readonly items: readonly { readonly namespace: string; readonly name: string; readonly risk: number }[];
}

const read = (name: string): object =>
  JSON.parse(readFileSync(new URL(`../../docs/schema/${name}.json`, import.meta.url), 'utf8'));

async function cost(...args: readonly string[]): Promise<CostPlan> {
  const { exitCode, stdout, stderr } = await run(['optimize', 'cost', '--demo', '--dry-run=none', '-o', 'json', ...args]);
  assert.is(exitCode, 0, stderr);
  return JSON.parse(stdout) as CostPlan;
}

test('three points rise in savings and risk along a front without dominated sets, and the plan is the one in the middle', async () => {
  const { metadata, items } = await cost();
  const { points, front, chosen } = metadata.choice;
  assert.equal(
    points.map(({ name }) => name),
    ['conservative', 'balanced', 'aggressive'],
  );
  for (const [at, point] of points.entries()) {
    const before = points[at - 1];
    if (before) assert.ok(point.savedMonthlyAmount >= before.savedMonthlyAmount && point.risk >= before.risk);
    assert.is(point.gap, 0);
    assert.type(point.realisableMonthlyAmount, 'number');
  }
  for (const [at, point] of front.entries()) {
    const before = front[at - 1];
    if (before) assert.ok(point.savedMonthlyAmount > before.savedMonthlyAmount && point.risk > before.risk);
  }
  const balanced = points.find(({ name }) => name === chosen)!;
  assert.ok(balanced.changes > 0);
  assert.is(items.length, balanced.changes);
  assert.is(new Set(items.map(({ namespace, name }) => `${namespace}/${name}`)).size, items.length);
  const risk = items.reduce((sum, item) => sum + item.risk, 0);
  assert.ok(Math.abs(risk - balanced.risk) < 1e-3);
  // Cents are rounded down for each change.
  assert.ok(metadata.savedMonthlyAmount >= balanced.savedMonthlyAmount - 1e-9);
  assert.ok(metadata.savedMonthlyAmount < balanced.savedMonthlyAmount + 0.01 * items.length);
});

test('a budget takes the least risky set that gets under it, less risky than the aggressive one', async () => {
  const { metadata } = await cost();
  const { monthlyAmountNow, points } = metadata.choice;
  const aggressive = points.at(-1)!;
  const budget = monthlyAmountNow - aggressive.savedMonthlyAmount / 2;
  const { choice } = (await cost('--budget', String(budget))).metadata;
  const point = choice.points.at(-1)!;
  assert.equal([choice.budgetMet, choice.chosen, point.name, point.gap], [true, 'budget', 'budget', 0]);
  assert.ok(point.monthlyAmountAfter <= budget && point.risk < aggressive.risk);
});

test('a budget that cannot be met is told with how near it comes, and is 1 with --exit-code', async () => {
  const { exitCode, stderr } = await run(['optimize', 'cost', '--demo', '--dry-run=none', '--budget', '1', '--exit-code']);
  assert.is(exitCode, 1);
  assert.match(stderr, /Warning: 1\.00 USD a month cannot be met: with all changes that save, [\d.]+ USD is left/);
});

test('no change is riskier than --max-risk allows, and what was left out is told', async () => {
  const { items } = await cost('--max-risk', '0.1', '--point', 'aggressive');
  for (const { risk } of items) assert.ok(risk <= 0.1);
  const { stderr } = await run(['optimize', 'cost', '--demo', '--dry-run=none', '--max-risk', '0.1']);
  assert.match(stderr, /left out: its risk 0\.\d\d is above 0\.1/);
});

test('the chosen plan has the shape of a plan and is one: simulate takes it and tells the same saving', async () => {
  const ajv = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true, schemas: [read('provenance')] });
  const validate = ajv.compile(read('optimization-plan'));
  const plan = await cost();
  assert.ok(validate(plan), ajv.errorsText(validate.errors, { separator: '\n' }));
  const folder = mkdtempSync(join(tmpdir(), 'upid-cost-'));
  try {
    const file = join(folder, 'plan.yaml');
    writeFileSync(file, (await run(['optimize', 'cost', '--demo', '--dry-run=none', '-o', 'yaml'])).stdout);
    const { exitCode, stdout, stderr } = await run(['simulate', '--demo', '-f', file, '-o', 'json']);
    assert.is(exitCode, 0, stderr);
    const { metadata } = JSON.parse(stdout) as { metadata: { realisableMonthlyAmount: number } };
    const balanced = plan.metadata.choice.points.find(({ name }) => name === 'balanced')!;
    assert.is(metadata.realisableMonthlyAmount, balanced.realisableMonthlyAmount);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the table has the points, then the plan', async () => {
  const { exitCode, stdout } = await run(['optimize', 'cost', '--demo', '--dry-run=none']);
  assert.is(exitCode, 0);
  assert.match(stdout, /^POINT +CHANGES +SAVES-MONTHLY +COST-AFTER +RISK-SUM +OFF-THE-BILL +GAP\nconservative /);
  assert.match(stdout, /\n\nNAMESPACE +NAME +ACTION /);
});

test('a budget that is no amount is one sentence with exit code 2', async () => {
  const { exitCode, stdout, stderr } = await run(['optimize', 'cost', '--demo', '--budget', 'much']);
  assert.equal([exitCode, stdout], [2, '']);
  assert.match(stderr, /it should be an amount/);
});

test.run();
