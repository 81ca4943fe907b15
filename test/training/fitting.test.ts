import { fitIsotonic } from '../../training/isotonic.ts';
import { type Example, fitLogistic } from '../../training/logistic.ts';
import { seededRandom } from '../../training/random.ts';
import { assert, suite } from '../harness.ts';

const test = suite('fitting of probabilities');

const OPTIONS = { names: ['a', 'b'], ridge: 1e-6, expected: {}, signs: new Map<string, 1 | -1>() };

/** Examples whose log-odds are 0.5 + 2a − b. */
function drawn(count: number): readonly Example[] {
  const random = seededRandom(7);
  return Array.from({ length: count }, () => {
    const [a, b] = [random() * 2 - 1, random() * 2 - 1];
    const probability = 1 / (1 + Math.exp(-(0.5 + 2 * a - b)));
    return { terms: new Map(Object.entries({ a, b })), right: random() < probability };
  });
}

test('a logistic regression finds the weights that examples were drawn with', () => {
  const { intercept, weights } = fitLogistic(drawn(20_000), OPTIONS);
  assert.ok(Math.abs(intercept - 0.5) < 0.06, `${intercept}`);
  assert.ok(Math.abs(weights.a! - 2) < 0.1, `${weights.a}`);
  assert.ok(Math.abs(weights.b! + 1) < 0.1, `${weights.b}`);
});

test('without examples what is expected stays', () => {
  const { weights } = fitLogistic([], { ...OPTIONS, ridge: 1, expected: { a: 3 } });
  assert.equal(weights, { a: 3, b: 0 });
});

test('a term of the wrong sign is left out', () => {
  const { weights } = fitLogistic(drawn(2000), { ...OPTIONS, signs: new Map([['b', 1]]) });
  assert.equal(Object.keys(weights), ['a']);
});

test('an isotonic calibration never falls, never claims certainty, and tells the share that was right', () => {
  const random = seededRandom(9);
  const cases = Array.from({ length: 5000 }, () => {
    const score = random() * 4;
    return { score, right: random() < 0.5 + score / 8 };
  });
  const { logOdds, probability } = fitIsotonic(cases);
  assert.ok(probability.every((value, index) => index === 0 || value >= probability[index - 1]!));
  assert.ok(logOdds.every((value, index) => index === 0 || value > logOdds[index - 1]!));
  assert.ok(probability.every((value) => value > 0 && value < 1));
  const middle = [...logOdds.entries()].filter(([, score]) => score > 0.5 && score < 3.5);
  assert.ok(middle.length > 5);
  for (const [index, score] of middle) assert.ok(Math.abs(probability[index]! - (0.5 + score / 8)) < 0.06, `${score}`);
});

test('cases that were all right are worth less than certainty', () => {
  const { probability } = fitIsotonic(Array.from({ length: 100 }, (_, index) => ({ score: index, right: true })));
  assert.ok(probability.every((value) => value > 0.98 && value < 1));
});

test.run();
