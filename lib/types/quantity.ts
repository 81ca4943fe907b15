/** Kubernetes quantities (`250m`, `1.5Gi`, `1e3`): text to number and back. */

/** Bytes. */
export const MEBIBYTE = 2 ** 20;

/** Decimal suffixes as exponents of ten, so that `100n` is read as exactly what 1e-7 is. */
const EXPONENT: Readonly<Record<string, number>> = { n: -9, u: -6, m: -3, k: 3, M: 6, G: 9, T: 12, P: 15, E: 18 };

const BINARY: Readonly<Record<string, number>> = {
  Ki: 2 ** 10,
  Mi: MEBIBYTE,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY = /^([+-]?(?:\d+\.?\d*|\.\d+))(?:([eE][+-]?\d+)|([numkMGTPE]|[KMGTPE]i))?$/;

/**
 * Reads a quantity as the API server's resource.Quantity grammar defines it: a decimal number with a decimal exponent
 * or an SI or binary suffix. Returns undefined for text that is no quantity.
 */
export function parseQuantity(text: string): number | undefined {
  const match = QUANTITY.exec(text.trim());
  if (!match) return undefined;
  const [, digits = '', exponent = '', suffix = ''] = match;
  if (suffix in BINARY) return Number(digits) * BINARY[suffix]!;
  return Number(suffix === '' ? `${digits}${exponent}` : `${digits}e${EXPONENT[suffix]}`);
}

/** Cores as `kubectl top` writes them: whole millicores, rounded up so that a small use is not shown as none. */
export function formatCores(cores: number): string {
  return `${Math.ceil(round(cores * 1000))}m`;
}

/** Bytes as `kubectl top` writes them: whole mebibytes. */
export function formatMebibytes(bytes: number): string {
  return `${Math.round(bytes / MEBIBYTE)}Mi`;
}

/** Bytes per second in a readable unit: `0B/s`, `512B/s`, `1.5KB/s`, `2.0MB/s` (decimal units, as network rates are given). */
export function formatBytesPerSecond(rate: number): string {
  if (rate < 999.5) return `${Math.round(rate)}B/s`;
  if (rate < 999.95e3) return `${(rate / 1e3).toFixed(1)}KB/s`;
  return rate < 999.95e6 ? `${(rate / 1e6).toFixed(1)}MB/s` : `${(rate / 1e9).toFixed(1)}GB/s`;
}

/** A CPU quantity for a manifest: millicores, rounded up to a whole one. */
export function cpuQuantity(cores: number): string {
  const millicores = Math.ceil(round(cores * 1000));
  return millicores % 1000 === 0 ? `${millicores / 1000}` : `${millicores}m`;
}

/** A memory quantity for a manifest: mebibytes, rounded up to a whole one, in the largest unit that is whole, as the API server writes it back. */
export function memoryQuantity(bytes: number): string {
  let amount = Math.ceil(round(bytes / MEBIBYTE));
  let unit = 0;
  for (; amount > 0 && amount % 1024 === 0 && unit < MEMORY_UNITS.length - 1; unit += 1) amount /= 1024;
  return `${amount}${MEMORY_UNITS[unit]}`;
}

const MEMORY_UNITS = ['Mi', 'Gi', 'Ti', 'Pi'] as const;

/** Removes the dust of binary fractions, so that 0.1 + 0.2 cores is 300m and not 301m. */
function round(value: number): number {
  return Math.round(value * 1e6) / 1e6;
}
