/** Logistic regression by Newton's method (iteratively reweighted least squares) with a ridge; the same examples give the same weights. */

export interface Example {
  /** By name; absent terms are 0. */
  readonly terms: ReadonlyMap<string, number>;
  readonly right: boolean;
}

export interface LogisticOptions {
  readonly names: readonly string[];
  /** Strength of the pull of each weight towards what is expected of it before any example. */
  readonly ridge: number;
  /** 0 where absent. */
  readonly expected: Readonly<Record<string, number>>;
  /** The sign a weight must have: a term whose weight comes out otherwise tells nothing and is left out. */
  readonly signs: ReadonlyMap<string, 1 | -1>;
}

export interface Logistic {
  readonly intercept: number;
  readonly weights: Readonly<Record<string, number>>;
}

const MOST_STEPS = 100;
const CONVERGED = 1e-10;

export function fitLogistic(examples: readonly Example[], options: LogisticOptions): Logistic {
  const { names, signs } = options;
  const weights = newton(examples, options);
  const wrong = names.filter((name, index) => (signs.get(name) ?? 0) * weights[index + 1]! < 0);
  if (wrong.length > 0) return fitLogistic(examples, { ...options, names: names.filter((name) => !wrong.includes(name)) });
  return { intercept: weights[0]!, weights: Object.fromEntries(names.map((name, index) => [name, weights[index + 1]!])) };
}

/** Intercept first. */
function newton(examples: readonly Example[], { names, ridge, expected }: LogisticOptions): Float64Array {
  const size = names.length + 1;
  const rows = examples.map(({ terms }) => Float64Array.from([1, ...names.map((name) => terms.get(name) ?? 0)]));
  const prior = Float64Array.from([0, ...names.map((name) => expected[name] ?? 0)]);
  const weights = prior.slice();
  for (let step = 0; step < MOST_STEPS; step++) {
    const gradient = weights.map((weight, at) => ridge * (prior[at]! - weight));
    const curvature = Array.from({ length: size }, (_, at) =>
      Float64Array.from({ length: size }, (_, other) => (at === other ? ridge : 0)),
    );
    for (const [index, row] of rows.entries()) {
      const logOdds = row.reduce((sum, value, at) => sum + value * weights[at]!, 0);
      const probability = 1 / (1 + Math.exp(-logOdds));
      const residual = (examples[index]!.right ? 1 : 0) - probability;
      for (let at = 0; at < size; at++) {
        gradient[at]! += residual * row[at]!;
        for (let other = 0; other < size; other++)
          curvature[at]![other]! += probability * (1 - probability) * row[at]! * row[other]!;
      }
    }
    const change = solved(curvature, gradient);
    for (let at = 0; at < size; at++) weights[at]! += change[at]!;
    if (change.every((value) => Math.abs(value) < CONVERGED)) break;
  }
  return weights;
}

/** Gaussian elimination; the ridge keeps the matrix positive definite, so that no pivot is 0. */
function solved(matrix: readonly Float64Array[], right: Float64Array): Float64Array {
  const rows = matrix.map((row, index) => Float64Array.from([...row, right[index]!]));
  const size = rows.length;
  for (let pivot = 0; pivot < size; pivot++) {
    for (let row = pivot + 1; row < size; row++) {
      const factor = rows[row]![pivot]! / rows[pivot]![pivot]!;
      for (let at = pivot; at <= size; at++) rows[row]![at]! -= factor * rows[pivot]![at]!;
    }
  }
  const solution = new Float64Array(size);
  for (let row = size - 1; row >= 0; row--) {
    let sum = rows[row]![size]!;
    for (let at = row + 1; at < size; at++) sum -= rows[row]![at]! * solution[at]!;
    solution[row] = sum / rows[row]![row]!;
  }
  return solution;
}
