/**
 * How precisely use is kept. Rules compare in whole per cents, and what is finer is noise that does not compress: values are rounded
 * to decimal numbers whose distance is at most twice the error. What is rounded once stays when it is rounded again.
 */

/** Leading digits that are looked at, and the steps of the number they make, as long as it begins with 1, with 2 to 4, and with 5 to 9. */
export interface Precision {
  readonly digits: number;
  readonly steps: readonly [number, number, number];
}

/** An error of at most 0.5 %: 350 values a decade. For CPU and network, and for means and percentiles. */
export const HALF_PER_CENT: Precision = { digits: 3, steps: [1, 2, 5] };

/** An error of at most 0.25 %: memory that moves by less than 2 % is flat. */
export const QUARTER_PER_CENT: Precision = { digits: 4, steps: [5, 10, 20] };

/** A value at this precision; NaN for what is no number. */
export function rounded(value: number | undefined, { digits, steps }: Precision): number {
  if (value === undefined || !Number.isFinite(value)) return Number.NaN;
  if (value === 0) return 0;
  const size = Math.abs(value);
  const exponent = Math.floor(Math.log10(size)) - (digits - 1);
  const leading = size / 10 ** exponent;
  const step = steps[leading < 2 * 10 ** (digits - 1) ? 0 : leading < 5 * 10 ** (digits - 1) ? 1 : 2];
  const nearest = Number(`${Math.round(leading / step) * step}e${exponent}`);
  // Beyond what can be scaled it stays as it is.
  return Number.isFinite(nearest) ? Math.sign(value) * nearest : value;
}

/** The same in SQL, of an expression that is a DOUBLE. */
export function roundedSql(value: string, { digits, steps }: Precision): string {
  const exponent = `floor(log10(abs(${value})))`;
  const unit = `pow(10, ${exponent} - ${digits - 1})`;
  const leading = `abs(${value}) / ${unit}`;
  const [one, two, five] = steps;
  const step = `(CASE WHEN ${leading} < ${2 * 10 ** (digits - 1)} THEN ${one} WHEN ${leading} < ${5 * 10 ** (digits - 1)} THEN ${two} ELSE ${five} END)`;
  return `CASE WHEN abs(${value}) < 1e-290 THEN 0 ELSE round(round(${value} / ${unit} / ${step}) * ${step} * ${unit}, ${digits - 1} - ${exponent}::INTEGER) END`;
}
