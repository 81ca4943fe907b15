/** A command that judges: the idle rule's settings, each a flag; the defaults are the rule's own. */

import { Option } from 'clipanion';
import { BUSINESS_HOURS_EXAMPLE, defaultIdleSettings, parseBusinessHours } from '../../lib/operations/settings.ts';
import { formatDuration } from '../../lib/types/duration.ts';
import { UpidError } from '../../lib/types/errors.ts';
import type { IdleSettings } from '../../lib/types/idle.ts';
import { cpuQuantity } from '../../lib/types/quantity.ts';
import { LookCommand } from '../look-command.ts';
import { isByteQuantity, isCpuQuantity, isDuration, isFraction, isNatural } from './validators.ts';

/** For the help texts, in which the zone does not appear. */
const DEFAULTS = defaultIdleSettings('UTC');

export abstract class IdleFlags extends LookCommand {
  confidence = Option.String('--confidence', {
    description: `\`PERCENT\` from which an idle workload is listed: 85, 85% or 0.85${byDefault(percent(DEFAULTS.confidence))}`,
    validator: isFraction,
  });
  window = Option.String('--window', {
    description: `\`DURATION\` up to now that is judged${byDefault(formatDuration(DEFAULTS.windowSeconds))}`,
    validator: isDuration,
  });
  businessHours = Option.String('--business-hours', {
    description: `\`HOURS\` of use, such as "${BUSINESS_HOURS_EXAMPLE}" (default Mon-Fri 08:00-18:00 in the local zone)`,
  });
  cpuThreshold = Option.String('--cpu-threshold', {
    description: `\`PERCENT\` of the CPU request below which it is quiet${byDefault(percent(DEFAULTS.cpuFraction))}`,
    validator: isFraction,
  });
  cpuAssumedRequest = Option.String('--cpu-assumed-request', {
    description: `\`QUANTITY\` assumed where neither request nor limit is set${byDefault(cpuQuantity(DEFAULTS.cpuAssumedRequestCores))}`,
    validator: isCpuQuantity,
  });
  cpuQuiet = Option.String('--cpu-quiet', {
    description: `\`DURATION\` for which CPU must be quiet${byDefault(formatDuration(DEFAULTS.cpuQuietSeconds))}`,
    validator: isDuration,
  });
  memoryThreshold = Option.String('--memory-threshold', {
    description: `\`PERCENT\` of the memory request below which it is quiet${byDefault(percent(DEFAULTS.memoryFraction))}`,
    validator: isFraction,
  });
  memoryMovement = Option.String('--memory-movement', {
    description: `\`PERCENT\` that memory may move and still be quiet${byDefault(percent(DEFAULTS.memoryMovement))}`,
    validator: isFraction,
  });
  memoryQuiet = Option.String('--memory-quiet', {
    description: `\`DURATION\` for which memory must be quiet${byDefault(formatDuration(DEFAULTS.memoryQuietSeconds))}`,
    validator: isDuration,
  });
  networkThreshold = Option.String('--network-threshold', {
    description: `\`BYTES\` per second below which the network is quiet, probes left out${byDefault(String(DEFAULTS.networkBytesPerSecond))}`,
    validator: isByteQuantity,
  });
  networkQuiet = Option.String('--network-quiet', {
    description: `\`DURATION\` for which the network must be quiet${byDefault(formatDuration(DEFAULTS.networkQuietSeconds))}`,
    validator: isDuration,
  });
  requestsQuiet = Option.String('--requests-quiet', {
    description: `\`DURATION\` without user requests${byDefault(formatDuration(DEFAULTS.requestsQuietSeconds))}`,
    validator: isDuration,
  });
  earlierUse = Option.String('--earlier-use', {
    description: `\`DURATION\` that is searched for use which comes back${byDefault(formatDuration(DEFAULTS.earlierUseSeconds))}`,
    validator: isDuration,
  });
  startup = Option.String('--startup', {
    description: `\`DURATION\` after a start that is not judged${byDefault(formatDuration(DEFAULTS.startupSeconds))}`,
    validator: isDuration,
  });
  gapIntervals = Option.String('--gap-intervals', {
    description: `\`NUMBER\` of sample intervals without a sample that end a quiet run${byDefault(String(DEFAULTS.gapIntervals))}`,
    validator: isNatural,
  });

  /** @throws UpidError `usage` for hours that cannot be read. */
  protected override settings(): IdleSettings {
    const base = super.settings();
    return {
      windowSeconds: this.window ?? base.windowSeconds,
      cpuFraction: this.cpuThreshold ?? base.cpuFraction,
      cpuAssumedRequestCores: this.cpuAssumedRequest ?? base.cpuAssumedRequestCores,
      cpuQuietSeconds: this.cpuQuiet ?? base.cpuQuietSeconds,
      memoryFraction: this.memoryThreshold ?? base.memoryFraction,
      memoryMovement: this.memoryMovement ?? base.memoryMovement,
      memoryQuietSeconds: this.memoryQuiet ?? base.memoryQuietSeconds,
      networkBytesPerSecond: this.networkThreshold ?? base.networkBytesPerSecond,
      networkQuietSeconds: this.networkQuiet ?? base.networkQuietSeconds,
      requestsQuietSeconds: this.requestsQuiet ?? base.requestsQuietSeconds,
      earlierUseSeconds: this.earlierUse ?? base.earlierUseSeconds,
      startupSeconds: this.startup ?? base.startupSeconds,
      gapIntervals: this.gapIntervals ?? base.gapIntervals,
      confidence: this.confidence ?? base.confidence,
      businessHours: this.readBusinessHours() ?? base.businessHours,
      sidecars: base.sidecars,
    };
  }

  private readBusinessHours(): IdleSettings['businessHours'] | undefined {
    if (this.businessHours === undefined) return undefined;
    const hours = parseBusinessHours(this.businessHours, this.context.timeZone);
    if (typeof hours === 'string') throw new UpidError('usage', `invalid value for --business-hours: ${hours}`);
    return hours;
  }
}

function percent(fraction: number): string {
  return `${Math.round(fraction * 100)}%`;
}

function byDefault(text: string): string {
  return ` (default ${text})`;
}
