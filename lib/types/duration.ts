/** Durations: what a user types (`24h`, `1h30m`, `7d`) and what kubectl shows (`5d3h`). All in seconds. */

export const MINUTE = 60;
export const HOUR = 3600;
export const DAY = 86_400;

const UNIT_SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: MINUTE, h: HOUR, d: DAY, w: 7 * DAY };
const PART = /(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/y;

/** Reads Go's duration form, extended by days and weeks; undefined when the text is none. A bare `0` is zero. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  let seconds = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (!match) return undefined;
    seconds += Number(match[1]) * UNIT_SECONDS[match[2]!]!;
  }
  return text === '' ? undefined : seconds;
}

/** An age as kubectl prints it (apimachinery's duration.HumanDuration): coarser as it grows, at most two units. */
export function formatAge(seconds: number): string {
  const whole = Math.trunc(seconds);
  if (whole < -1) return '<invalid>';
  if (whole < 0) return '0s';
  if (whole < 2 * MINUTE) return `${whole}s`;
  const minutes = Math.floor(whole / MINUTE);
  if (minutes < 10) return twoUnits(minutes, 'm', whole % MINUTE, 's');
  if (minutes < 3 * 60) return `${minutes}m`;
  const hours = Math.floor(whole / HOUR);
  if (hours < 8) return twoUnits(hours, 'h', minutes % 60, 'm');
  if (hours < 48) return `${hours}h`;
  const days = Math.floor(hours / 24);
  if (days < 8) return twoUnits(days, 'd', hours % 24, 'h');
  if (days < 2 * 365) return `${days}d`;
  const years = Math.floor(days / 365);
  return years < 8 ? twoUnits(years, 'y', days % 365, 'd') : `${years}y`;
}

/** A setting written back exactly: `24h`, `1h30m`, `7d`. */
export function formatDuration(seconds: number): string {
  if (seconds >= 3 * DAY && seconds % DAY === 0) return `${seconds / DAY}d`;
  const hours = Math.floor(seconds / HOUR);
  const minutes = Math.floor((seconds % HOUR) / MINUTE);
  const rest = Math.round((seconds % MINUTE) * 1000) / 1000;
  const text = `${hours ? `${hours}h` : ''}${minutes ? `${minutes}m` : ''}${rest ? `${rest}s` : ''}`;
  return text || '0s';
}

function twoUnits(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`;
}
