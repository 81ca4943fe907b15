/** Defaults of the idle rule, each with its reason. Every one is a flag. */

import { DAY, HOUR } from '../../types/duration.ts';
import type { BusinessHours, IdleSettings } from '../../types/idle.ts';

/** Monday to Friday, eight to six: the usual office; the zone is the user's own unless given. */
export function defaultBusinessHours(timeZone: string): BusinessHours {
  return { weekdays: [1, 2, 3, 4, 5], fromMinute: 8 * 60, toMinute: 18 * 60, timeZone };
}

export function defaultIdleSettings(timeZone: string): IdleSettings {
  return {
    // A day holds every hour once, so a nightly job and an office hour are both in it.
    windowSeconds: DAY,
    // Runtimes that do nothing stay below: timers, garbage collection, health checks.
    cpuFraction: 0.05,
    cpuAssumedRequestCores: 0.01,
    cpuQuietSeconds: 4 * HOUR,
    memoryFraction: 0.1,
    // What garbage collection of an unused process moves is larger than sampling noise and smaller than load.
    memoryMovement: 0.02,
    memoryQuietSeconds: 4 * HOUR,
    // One kilobyte a second is below one page view a minute.
    networkBytesPerSecond: 1000,
    networkQuietSeconds: 2 * HOUR,
    requestsQuietSeconds: 6 * HOUR,
    // Two weeks hold each weekday twice: what comes back weekly has come back once.
    earlierUseSeconds: 14 * DAY,
    startupSeconds: HOUR,
    gapIntervals: 3,
    confidence: 0.85,
    businessHours: defaultBusinessHours(timeZone),
    sidecars: [],
  };
}
