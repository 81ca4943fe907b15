import { assert, suite } from '../harness.ts';
import { assertPublished } from '../operations/published.ts';
import { run } from './run.ts';

const test = suite('forecast on the simulated cluster');

/** Lines of a table, cells divided where kubectl's tables are: at three blanks or more. */
function cells(table: string): string[][] {
  return table
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
}

interface ScaledItem {
  readonly namespace: string;
  readonly kind: string;
  readonly name: string;
  readonly recommendedScaling: {
    readonly action: string;
    readonly reason: string;
    readonly cpuExpectedOfRequest?: number;
    readonly cpuOfRequest?: number;
    readonly memoryOfRequest?: number;
    readonly quietHours?: number;
  };
}

const COLUMNS = [
  'NAMESPACE',
  'NAME',
  'RESOURCE',
  'NOW',
  'DAY-MEAN',
  'DAY-PEAK',
  'WEEK-MEAN',
  'WEEK-PEAK',
  'TREND',
  'PEAK-AT',
  'WEIGHTS',
  'ERROR',
  'HISTORY',
  'SCALING',
];

test('the table has a row for each workload and resource, with intervals, and says that all is simulated', async () => {
  const { exitCode, stdout, stderr } = await run(['forecast', '--demo']);
  assert.is(exitCode, 0, stderr);
  const [heading, ...rows] = cells(stdout);
  assert.equal(heading, COLUMNS);
  const web = rows.find(([, name, resource]) => name === 'deployment/web' && resource === 'cpu')!;
  assert.match(web[5]!, /^\d+m \(\d+-\d+m\)$/);
  assert.match(web[9]!, /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun) \d\d:00$/);
  assert.match(web[10]!, /^[A-Za-z].* \d+%(, [A-Za-z].* \d+%)*$/);
  assert.match(web[11]!, /^\d\.\d\d \(naive \d\.\d\d\)$/);
  assert.match(web[12]!, /^[3-7]\d\dh$/);
  assert.match(web[13]!, /^(keep|shrink|grow|schedule)$/);
  assert.match(stderr, /^SIMULATED: /);
});

test('what has too little history is a row that says how much, a note, and no failure', async () => {
  const { exitCode, stdout, stderr } = await run(['forecast', '--demo']);
  assert.is(exitCode, 0);
  assert.match(stdout, / {3}not enough history: \d+ h of 72 h {3,}/m);
  assert.match(stderr, /^\d+ of \d+ series not forecast: not enough history, /m);
});

test('CSV has no row for what is not forecast, and says beside it how much that is', async () => {
  const { exitCode, stdout, stderr } = await run(['forecast', '--demo', '-n', 'shop', '-ocsv', '--horizon', '1h']);
  assert.is(exitCode, 0);
  assert.not.match(stdout, 'gift-cards');
  assert.match(stdout, ',cart,');
  assert.match(stderr, /^3 of \d+ series not forecast: not enough history, at most 19 h of 72 h; /m);
});

test('of several that are named those with enough history are shown all the same, and the first without is the failure', async () => {
  const names = ['deployment/gift-cards', 'deployment/cart', '-n', 'shop'];
  const { exitCode, stdout, stderr } = await run(['forecast', ...names, '--demo', '--resource', 'cpu', '--no-headers']);
  assert.is(exitCode, 1);
  const [cart, giftCards] = cells(stdout);
  assert.match(cart![4]!, /^\d+m \(\d+-\d+m\)$/);
  assert.ok(giftCards!.includes('not enough history: 19 h of 72 h'));
  assert.match(stderr, /^error: not enough history of deployment\/gift-cards to forecast: 19 h of 72 h; .+$/m);
  const json = await run(['forecast', ...names, '--demo', '-ojson']);
  assert.is(json.exitCode, 1);
  const states = JSON.parse(json.stdout).items.map(({ name, state, historyHours, requiredHours }: Record<string, unknown>) => [
    name,
    state,
    historyHours,
    requiredHours,
  ]);
  assert.equal(states.at(-1), ['gift-cards', 'not-enough-history', 19, 72]);
});

test('a workload that is named and has too little history is refused in one sentence with exit code 1', async () => {
  const { exitCode, stdout, stderr } = await run(['forecast', 'cronjob/invoice-mailer', '-n', 'payments', '--demo']);
  assert.is(exitCode, 1);
  assert.match(stdout, 'not enough history');
  assert.match(stderr, /^error: not enough history of cronjob\/invoice-mailer to forecast: \d+ h of 72 h; .+$/m);
});

test('wide adds what is exhausted, the anomalies and why to scale', async () => {
  const { stdout } = await run(['forecast', '--demo', '-owide']);
  assert.equal(cells(stdout)[0]!.slice(COLUMNS.length), ['EXHAUSTED', 'ANOMALIES', 'REASON']);
});

test('JSON has every hour with its intervals in the published shape, and CSV the same hours', async () => {
  const json = JSON.parse((await run(['forecast', '--demo', '-ojson', '--resource', 'cpu', '--horizon', '2d'])).stdout);
  assertPublished('forecast-list', json);
  const csv = (await run(['forecast', '--demo', '-ocsv', '--resource', 'cpu', '--horizon', '2d'])).stdout.trimEnd().split('\r\n');
  const forecast = json.items.filter(({ state }: { state: string }) => state === 'forecast');
  assert.is(csv.length - 1, forecast.length * 48);
  const [first] = forecast;
  assert.is(csv[1]!.split(',')[6], String(first.forecast.mean[0]));
  assert.is(csv[1]!.split(',')[11], String(first.forecast.intervals[2].low[0]));
  assert.not.ok('nextWeek' in first, 'two days hold no week');
  assert.is(first.horizon.hours, 48);
});

test('each workload is told how to scale, with the figures that say so, the same for all of its resources', async () => {
  const { items } = JSON.parse((await run(['forecast', '--demo', '-ojson', '--horizon', '1h'])).stdout) as {
    readonly items: readonly ScaledItem[];
  };
  const byWorkload = Map.groupBy(items, ({ namespace, kind, name }) => `${namespace}/${kind}/${name}`);
  for (const [workload, own] of byWorkload) {
    const { recommendedScaling: scaling } = own[0]!;
    for (const item of own) assert.equal(item.recommendedScaling, scaling, workload);
    const { action, reason, cpuExpectedOfRequest: expected = 0, cpuOfRequest = 0, memoryOfRequest = 0 } = scaling;
    // Asked of the published figures: what grows exceeds a request, and what shrinks needs less than half of both.
    if (action === 'shrink') assert.ok(cpuOfRequest < 0.5 && memoryOfRequest < 0.5, workload);
    assert.is(action === 'grow', expected > 1 || memoryOfRequest > 1, workload);
    if (action === 'schedule')
      assert.match(reason, `in ${scaling.quietHours} h of a week next to nothing was used in any week before`);
    else if (reason.startsWith('the coming week'))
      assert.match(reason, `${Math.round(memoryOfRequest * 100)}%)`, `${workload}: ${reason}`);
  }
  const actionOf = (workload: string) => byWorkload.get(workload)?.[0]?.recommendedScaling.action;
  assert.equal(
    [
      'shop/Deployment/image-resizer',
      'payments/Deployment/tokenizer',
      'internal/Deployment/intranet',
      'data/StatefulSet/analytics-db',
    ].map(actionOf),
    ['grow', 'shrink', 'schedule', 'keep'],
  );
});

test('what grows by the day is told the day on which its request is reached, as far from now as its growth says', async () => {
  const args = ['forecast', 'deployment/coredns', '-n', 'kube-system', '--resource', 'memory', '--demo', '-ojson'];
  const [item] = JSON.parse((await run(args)).stdout).items;
  const [request] = item.exhaustion;
  assert.equal([request.of, request.state, request.amount], ['request', 'expected', 140 * 2 ** 20]);
  const grown = (item.requested - item.now) / (item.trend.perWeek.value / 7);
  assert.ok(Math.abs(request.days - grown) < 4, `${request.days} days, ${grown} by the trend of the means`);
  assert.ok(request.earliestDays <= request.days && request.days <= request.latestDays);
  const { stdout } = await run([...args.slice(0, -1), '-owide']);
  assert.match(stdout, / {3}request in \d+d \(\d+d-\d+d\) {3}/);
});

test('the figures are those of the horizon: a day and a week, or what was asked for instead', async () => {
  for (const [horizon, headings] of [
    ['6h', ['6H-MEAN', '6H-PEAK']],
    ['1d', ['DAY-MEAN', 'DAY-PEAK']],
    ['60h', ['DAY-MEAN', 'DAY-PEAK', '60H-MEAN', '60H-PEAK']],
    ['3d', ['DAY-MEAN', 'DAY-PEAK', '3D-MEAN', '3D-PEAK']],
  ] as const) {
    const args = ['forecast', '--demo', '-n', 'shop', 'deployment/web', '--horizon', horizon];
    const [heading, ...rows] = cells((await run(args)).stdout);
    assert.equal(
      heading!.filter((each) => /-(MEAN|PEAK)$/.test(each)),
      headings,
    );
    assert.is(rows.length, 3);
    for (const row of rows) assert.not.ok(row.slice(2, 4 + headings.length).includes('<none>'), row.join(' '));
    assert.is((await run([...args, '--sort-by', headings.at(-1)!.toLowerCase()])).exitCode, 0);
  }
});

test('a name is printed once for each workload', async () => {
  const names = (await run(['forecast', '--demo', '-n', 'shop', '-oname'])).stdout.trimEnd().split('\n');
  assert.ok(names.includes('deployment.apps/web'));
  assert.equal(names, [...new Set(names)]);
});

test('where there is nothing to forecast it says so, as kubectl does', async () => {
  const { exitCode, stdout, stderr } = await run(['forecast', '--demo', '-n', 'nowhere']);
  assert.is(exitCode, 0);
  assert.is(stdout, '');
  assert.match(stderr, /^No resources found in nowhere namespace\.$/m);
});

test('two runs print the same, bit for bit', async () => {
  const print = async (): Promise<string> =>
    (await run(['forecast', '--demo', '-ojson'])).stdout.replaceAll(/"seconds": [\d.e-]+/g, '');
  assert.is(await print(), await print());
});

test('resources and horizon are as asked for, and each other value is refused with what would be right', async () => {
  const { stdout } = await run(['forecast', '--demo', '-n', 'shop', '--resource', 'network,cpu', '--no-headers']);
  assert.equal([...new Set(cells(stdout).map((row) => row[1]))], ['cpu', 'network']);
  for (const [args, expected] of [
    [['--resource', 'disk'], /"disk"; it should be cpu, memory or network/],
    [['--horizon', '8d'], /"8d"; it should be whole hours from 1h to 7d/],
    [['--horizon', '90m'], /"90m"; it should be whole hours/],
    [['--sort-by', 'size'], /it should be one of namespace, name, resource/],
  ] as const) {
    const refused = await run(['forecast', '--demo', ...args]);
    assert.is(refused.exitCode, 2);
    assert.match(refused.stderr, expected);
    assert.is(refused.stdout, '');
  }
});

test('it sorts by its columns: the soonest exhausted first', async () => {
  const { stdout } = await run(['forecast', '--demo', '-owide', '--sort-by', 'exhausted', '--no-headers']);
  const order = cells(stdout).map((row) => row.find((cell) => / (reached$|in [\d.]+d \()/.test(cell)));
  const first = order.indexOf(undefined);
  assert.ok(
    order.slice(first).every((cell) => cell === undefined),
    'what is not in sight comes last',
  );
  assert.ok(first > 0);
});

test('the flags of the idle rule are not among its own', async () => {
  const { exitCode, stderr } = await run(['forecast', '--demo', '--cpu-threshold', '5']);
  assert.is(exitCode, 2);
  assert.match(stderr, '--cpu-threshold');
});

test.run();
