import { listPrices } from '../../lib/money/list-prices.ts';
import { providerOf } from '../../lib/money/provider.ts';
import { savingsOf, totalSavings } from '../../lib/money/savings.ts';
import { assert, suite } from '../harness.ts';

const test = suite('list prices');

const node = (providerId?: string, labels: Record<string, string> = {}) => ({
  labels,
  ...(providerId !== undefined && { providerId }),
});

test('a node tells its provider by its id, else by the labels of the provider', () => {
  for (const [id, provider] of [
    ['aws:///eu-central-1a/i-0fea4fd46592d050b', 'aws'],
    ['gce://guestbook/us-central1-a/gke-pool-1', 'gcp'],
    ['azure:///subscriptions/1/resourceGroups/x', 'azure'],
    ['ocid1.instance.oc1.eu-frankfurt-1.abc', 'oracle'],
    ['cn-hangzhou.i-v98dklsmnxkkgiiil7', 'alibaba'],
    ['huaweicloud://node-1', 'huawei'],
    ['kind://docker/kind/kind-control-plane', undefined],
    ['openstack:///4c1d', undefined],
    ['toString://x', undefined],
  ] as const)
    assert.is(providerOf(node(id)), provider, id);
  assert.is(providerOf(node(undefined, { 'eks.amazonaws.com/nodegroup': 'a' })), 'aws');
  assert.is(providerOf(node(undefined, { 'cloud.google.com/gke-nodepool': 'a' })), 'gcp');
  assert.is(providerOf(node(undefined, { 'kubernetes.io/os': 'linux' })), undefined);
  assert.is(providerOf(node()), undefined);
});

test('prices are those of the provider most nodes have, and say where they come from', () => {
  const oracle = node('ocid1.instance.oc1.x');
  const google = node('gce://a/b/c');
  const prices = listPrices([oracle, google, oracle, node()]);
  assert.is(prices.perCoreHour, 0.015);
  assert.is(prices.perGibibyteHour, 0.002);
  assert.match(prices.source, /^OpenCost list prices \(oracle\), \d{4}-\d\d$/);
  assert.is(listPrices([oracle, google]).perCoreHour, 0.031611, 'of as many, the first by name');
  assert.is(listPrices([node('stackit://p/s')]).currency, 'EUR');
});

test('without a provider the default is used and named', () => {
  for (const nodes of [[], [node()], [node('kind://docker/kind/x')]]) {
    const prices = listPrices(nodes);
    assert.is(prices.perCoreHour, 0.031611);
    assert.is(prices.perGibibyteHour, 0.004237);
    assert.is(prices.currency, 'USD');
    assert.match(prices.source, 'default, GCP us-central1');
  }
});

test('a month has 730 hours, and memory is priced by the gibibyte', () => {
  const prices = { currency: 'USD', perCoreHour: 0.03, perGibibyteHour: 0.004, source: 'x' };
  // 2 × 0.03 × 730 = 43.80; 3 GiB × 0.004 × 730 = 8.76
  assert.equal(savingsOf({ cpuCores: 2, memoryBytes: 3 * 2 ** 30 }, prices), {
    cpuCores: 2,
    memoryBytes: 3 * 2 ** 30,
    monthly: { amount: 52.56, currency: 'USD' },
    priceSource: 'x',
  });
  assert.is(savingsOf({ memoryBytes: 2 ** 29 }, prices).monthly.amount, 1.46);
  assert.is(savingsOf({ cpuCores: -0.5 }, prices).monthly.amount, -10.95);
  assert.ok(Object.is(savingsOf({}, prices).monthly.amount, 0));
});

test('a total is the price of the sum, without the dust of binary fractions', () => {
  const prices = { currency: 'USD', perCoreHour: 0.031611, perGibibyteHour: 0.004237, source: 'x' };
  const total = totalSavings(
    [
      { cpuCores: 0.1, memoryBytes: 2 ** 20 },
      { cpuCores: 0.2, memoryBytes: -(2 ** 20) },
    ],
    prices,
  );
  assert.is(total.cpuCores, 0.3);
  assert.is(total.memoryBytes, 0);
  // 0.3 × 0.031611 × 730 = 6.922809
  assert.is(total.monthly.amount, 6.9228);
});

test.run();
