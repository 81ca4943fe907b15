/** Sizes of files for people: `718`, `56Ki`, `1.4Mi`. */

const UNITS = ['', 'Ki', 'Mi', 'Gi', 'Ti'] as const;

/** One digit after the point below 10 of a unit, none above. */
export function formatBytes(bytes: number): string {
  let [value, unit] = [bytes, 0];
  while (value >= 1024 && unit < UNITS.length - 1) [value, unit] = [value / 1024, unit + 1];
  return `${unit > 0 && value < 10 ? value.toFixed(1) : Math.round(value)}${UNITS[unit]}`;
}
