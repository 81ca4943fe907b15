/** Quantities against the grammar of apimachinery's resource.Quantity. */

import {
  cpuQuantity,
  formatBytesPerSecond,
  formatCores,
  formatMebibytes,
  memoryQuantity,
  parseQuantity,
} from '../../lib/types/quantity.ts';
import { assert, suite } from '../harness.ts';

const test = suite('quantities');

const VALID: readonly (readonly [string, number])[] = [
  ['0', 0],
  ['1', 1],
  ['007', 7],
  ['+1', 1],
  ['-1', -1],
  ['1.', 1],
  ['.5', 0.5],
  ['-.5Gi', -0.5 * 2 ** 30],
  ['100n', 1e-7],
  ['250u', 2.5e-4],
  ['250m', 0.25],
  ['1500m', 1.5],
  ['1k', 1e3],
  ['2M', 2e6],
  ['0.5G', 5e8],
  ['3T', 3e12],
  ['4P', 4e15],
  ['12E', 12e18],
  ['1Ki', 1024],
  ['64Mi', 64 * 2 ** 20],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['2Ti', 2 * 2 ** 40],
  ['1Pi', 2 ** 50],
  ['1Ei', 2 ** 60],
  ['1e3', 1000],
  ['1E3', 1000],
  ['12e-3', 0.012],
  ['12E+2', 1200],
  ['1.5e3', 1500],
  // An exponent without digits is exa.
  ['1E', 1e18],
];

for (const [text, expected] of VALID) {
  test(`${text} is ${expected}`, () => assert.is(parseQuantity(text), expected));
}

const INVALID = [
  '',
  ' ',
  '-',
  '+',
  '.',
  'abc',
  '1ki',
  '1K',
  '1mi',
  '1Mb',
  '1 Gi',
  '1Gi2',
  '1e',
  '1e3Ki',
  '1e3m',
  '0x10',
  '1,5',
  '1..5',
  '--1',
  '1g',
  'Infinity',
  'NaN',
  '1Zi',
  '1_000',
  '١',
];

for (const text of INVALID) {
  test(`${JSON.stringify(text)} is none`, () => assert.is(parseQuantity(text), undefined));
}

/** Deterministic numbers in [0, 1). */
function* randoms(count: number): Generator<number> {
  let state = 12345;
  for (let index = 0; index < count; index++) {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    yield state / 2 ** 31;
  }
}

test('a CPU quantity is never below what was asked for, by less than a millicore above, and in its shortest form', () => {
  for (const random of randoms(2000)) {
    const cores = 10 ** (random * 7 - 4);
    const written = parseQuantity(cpuQuantity(cores))!;
    assert.ok(written >= cores - 1e-9 && written < cores + 0.001 + 1e-9, `${cores} became ${cpuQuantity(cores)}`);
    assert.match(cpuQuantity(cores), /^\d+m?$/);
    assert.is(cpuQuantity(written), cpuQuantity(cores));
  }
});

test('a memory quantity is never below what was asked for, by less than a mebibyte above', () => {
  for (const random of randoms(2000)) {
    const bytes = Math.round(2 ** (random * 45));
    const written = parseQuantity(memoryQuantity(bytes))!;
    assert.ok(written >= bytes - 2 && written < bytes + 2 ** 20, `${bytes} became ${memoryQuantity(bytes)}`);
    assert.is(memoryQuantity(written), memoryQuantity(bytes));
  }
});

test('every suffix and every number of digits is read as the number it stands for', () => {
  const suffixes = { n: -9, u: -6, m: -3, '': 0, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };
  for (const random of randoms(300)) {
    const digits = (random * 1000).toFixed(Math.floor(random * 4));
    for (const [suffix, exponent] of Object.entries(suffixes)) {
      const [plain, scientific] = [parseQuantity(`${digits}${suffix}`)!, parseQuantity(`${digits}e${exponent}`)!];
      assert.ok(Math.abs(plain - scientific) <= Math.abs(scientific) * 1e-12, `${digits}${suffix}`);
    }
  }
});

test('manifests get whole units, without the dust of binary fractions', () => {
  assert.is(cpuQuantity(0.1 + 0.2), '300m');
  assert.is(cpuQuantity(1), '1');
  assert.is(cpuQuantity(2.5), '2500m');
  assert.is(cpuQuantity(0), '0');
  assert.is(cpuQuantity(0.0001), '1m');
  assert.is(memoryQuantity(2 ** 30), '1Gi');
  assert.is(memoryQuantity(1.5 * 2 ** 30), '1536Mi');
  assert.is(memoryQuantity(1), '1Mi');
  assert.is(memoryQuantity(0), '0Mi');
  assert.is(memoryQuantity(100 * 2 ** 20), '100Mi');
});

test('tables show what kubectl top shows', () => {
  assert.is(formatCores(0), '0m');
  assert.is(formatCores(0.0004), '1m');
  assert.is(formatCores(0.25), '250m');
  assert.is(formatCores(12), '12000m');
  assert.is(formatMebibytes(0), '0Mi');
  assert.is(formatMebibytes(1.5 * 2 ** 20), '2Mi');
  assert.is(formatMebibytes(64 * 2 ** 20), '64Mi');
});

test('rates have three digits or so, whatever their size', () => {
  assert.is(formatBytesPerSecond(0), '0B/s');
  assert.is(formatBytesPerSecond(512.4), '512B/s');
  assert.is(formatBytesPerSecond(999.6), '1.0KB/s');
  assert.is(formatBytesPerSecond(1500), '1.5KB/s');
  assert.is(formatBytesPerSecond(999_960), '1.0MB/s');
  assert.is(formatBytesPerSecond(2e6), '2.0MB/s');
  assert.is(formatBytesPerSecond(3.25e9), '3.3GB/s');
});

test.run();
