import { anomalyListing } from '../../plugin/print/anomaly-listing.ts';
import { formatListing } from '../../plugin/print/print.ts';
import { assert, suite } from '../harness.ts';
import { assertPublished } from '../operations/published.ts';
import { sampleForecast } from '../ui/sample-forecast.ts';
import { run } from './run.ts';

const test = suite('analyze anomalies');

test('each run of hours has when, what was seen, what was expected, and how unlikely that is', async () => {
  const listing = anomalyListing(sampleForecast(), 'UTC');
  const table = await formatListing(listing, { form: { form: 'table', wide: false }, headers: true });
  const [heading, row] = table.split('\n').map((line) => line.split(/ {3,}/));
  assert.equal(heading, ['NAMESPACE', 'NAME', 'RESOURCE', 'FROM', 'HOURS', 'DIRECTION', 'VALUE', 'EXPECTED', 'PROBABILITY']);
  assert.equal(row, [
    'shop',
    'deployment/checkout',
    'network',
    'Tue 03:00',
    '2',
    'above',
    '91.0KB/s',
    '900B/s (0B/s-12.0KB/s)',
    'p<0.0001',
  ]);
  assertPublished('anomaly-list', JSON.parse(await formatListing(listing, { form: { form: 'json' }, headers: true })));
});

test('on the simulated cluster it answers in the published shape, the same as forecast tells', async () => {
  const { exitCode, stdout, stderr } = await run(['analyze', 'anomalies', '--demo', '-ojson']);
  assert.is(exitCode, 0, stderr);
  const list = JSON.parse(stdout);
  assertPublished('anomaly-list', list);
  const forecast = JSON.parse((await run(['forecast', '--demo', '-ojson'])).stdout);
  const runs = forecast.items.flatMap(({ anomalies }: { anomalies?: { runs: readonly object[] } }) => anomalies?.runs ?? []);
  assert.is(list.items.length, runs.length);
});

test('a storm of the night before is found, with when and how unlikely, and nothing else is', async () => {
  const { stdout, stderr } = await run(['analyze', 'anomalies', '--demo', '--no-headers']);
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {3,}/));
  assert.equal(
    rows.map(([namespace, name, resource, from, hours, direction, , , probability]) => [
      namespace,
      name,
      resource,
      from,
      hours,
      direction,
      probability,
    ]),
    [
      ['kube-system', 'deployment/coredns', 'cpu', 'Wed 03:00', '3', 'above', 'p<0.0001'],
      ['kube-system', 'deployment/coredns', 'network', 'Wed 03:00', '3', 'above', 'p<0.0001'],
    ],
    stderr,
  );
});

test('a workload that is named and cannot be checked is no clean bill: it is refused with how much there is, exit code 1', async () => {
  const { exitCode, stdout, stderr } = await run(['analyze', 'anomalies', 'deployment/gift-cards', '-n', 'shop', '--demo']);
  assert.equal([exitCode, stdout], [1, '']);
  assert.not.match(stderr, 'No anomalies');
  assert.match(stderr, /^3 of 3 series not checked: four days of history are needed, /m);
  assert.match(
    stderr,
    /^error: not enough history of deployment\/gift-cards to check its last day: 19 h, four days are needed; .+$/m,
  );
  const all = await run(['analyze', 'anomalies', '-n', 'shop', '--demo']);
  assert.is(all.exitCode, 0);
  assert.match(all.stderr, /^No anomalies found in shop namespace\.\n3 of \d+ series not checked: /m);
});

test('where nothing is unlike its forecast it says so', async () => {
  const { exitCode, stdout, stderr } = await run(['analyze', 'anomalies', 'deployment/web', '-n', 'shop', '--demo']);
  assert.is(exitCode, 0, stderr);
  if (stdout === '') assert.match(stderr, /^No anomalies found in shop namespace\.$/m);
  else assert.match(stdout, /^NAME/);
});

test.run();
