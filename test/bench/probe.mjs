/** Loaded into the program that is measured: writes at its end what it took, into the file that BENCH_PROBE names. */

import { subscribe } from 'node:diagnostics_channel';
import { writeFileSync } from 'node:fs';

let connections = 0;
subscribe('net.client.socket', () => {
  connections += 1;
});

process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const cpuMilliseconds = (userCPUTime + systemCPUTime) / 1000;
  writeFileSync(process.env.BENCH_PROBE, JSON.stringify({ peakBytes: maxRSS * 1024, cpuMilliseconds, connections }));
});
