import { isCount, isDuration, isFraction, isHttpUrl, isOneOf, isTimeout } from '../../plugin/flags/validators.ts';
import { parseWorkloadNames } from '../../plugin/flags/workload-names.ts';
import { nearest } from '../../plugin/suggestion.ts';
import { assert, suite } from '../harness.ts';

const test = suite('values of flags and arguments');

/** The value a validator reads, or its complaint. */
function read(validator: (value: unknown, state: object) => boolean, text: string): unknown {
  const errors: string[] = [];
  const coercions: [string, () => void][] = [];
  let value: unknown = text;
  const coercion = (read: unknown) => () => {
    value = read;
  };
  const state = { errors, coercions, coercion: Object.assign(coercion, { bind: (_: unknown, read: unknown) => coercion(read) }) };
  if (!validator(text, state)) return errors.join();
  for (const [, apply] of coercions) apply();
  return value;
}

test('a confidence can be given as percent or as fraction', () => {
  for (const [text, value] of Object.entries({
    '85': 0.85,
    '85%': 0.85,
    '0.85': 0.85,
    '1': 1,
    '1%': 0.01,
    '0': 0,
    '.5': 0.5,
    '100': 1,
  }))
    assert.is(read(isFraction, text), value, text);
  for (const text of ['101', '-1', 'high', '', '1.2.3'])
    assert.match(String(read(isFraction, text)), 'it should be a percentage', text);
});

test('durations, timeouts and counts are read, and refused with what would be right', () => {
  assert.is(read(isDuration, '24h'), 86_400);
  assert.match(String(read(isDuration, '0')), 'a duration such as');
  assert.match(String(read(isDuration, '24')), 'a duration such as');
  assert.is(read(isTimeout, '0'), 0);
  assert.is(read(isTimeout, '5'), 5);
  assert.is(read(isTimeout, '2m'), 120);
  assert.is(read(isCount, '500'), 500);
  assert.match(String(read(isCount, '-5')), 'a whole number');
  assert.match(String(read(isHttpUrl, 'prometheus:9090')), 'http:// or https://');
  assert.match(String(read(isOneOf('a', 'b'), 'c')), '"c"; it should be one of a, b');
});

test('workloads are named as kubectl names them', () => {
  assert.equal(parseWorkloadNames(['deploy/web', 'sts/db', 'deployment.apps/x', 'cj/n', 'po/p']), [
    { kind: 'Deployment', name: 'web' },
    { kind: 'StatefulSet', name: 'db' },
    { kind: 'Deployment', name: 'x' },
    { kind: 'CronJob', name: 'n' },
    { kind: 'Pod', name: 'p' },
  ]);
  assert.equal(parseWorkloadNames(['Deployments', 'a', 'b']), [
    { kind: 'Deployment', name: 'a' },
    { kind: 'Deployment', name: 'b' },
  ]);
  assert.equal(
    parseWorkloadNames(['rollouts.argoproj.io/a', 'Rollout/b', 'prometheuses/c', 'prometheus/d', 'policies/e']).map(
      ({ kind }) => kind,
    ),
    ['rollout', 'rollout', 'prometheus', 'prometheus', 'policy'],
  );
});

test('what names no workload is refused', () => {
  for (const words of [['web'], ['deploy'], ['deploy/'], ['/web'], ['deploy/a/b'], ['deploy', 'sts/db'], ['deploy/a', 'b']])
    assert.throws(() => parseWorkloadNames(words), /names no workload/, words.join(' '));
});

test('the nearest word is offered, and none where nothing is near', () => {
  assert.is(nearest('idel', ['idle', 'optimize']), 'idle');
  assert.is(nearest('opt', ['idle', 'optimize']), 'optimize');
  assert.is(nearest('--slector', ['--selector', '--server']), '--selector');
  assert.is(nearest('forecast', ['idle', 'optimize']), undefined);
});

test.run();
