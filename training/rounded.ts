/** To four decimals, as the files of weights hold figures. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
