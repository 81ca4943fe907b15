/** Hands series to the back-fill program, which writes them into metrics servers (go/prometheus/backfill). */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Series } from './series.ts';

export interface BackfillTargets {
  /** Data folder of a Prometheus that does not run. */
  readonly blocks?: string;
  /** Remote write address of a server that takes samples in any order of time. */
  readonly remoteWrite?: string;
}

/** @throws Error with the program's last words. */
export async function backfill(program: string, targets: BackfillTargets, series: Iterable<Series>): Promise<void> {
  const args = [
    ...(targets.blocks === undefined ? [] : ['--blocks', targets.blocks]),
    ...(targets.remoteWrite === undefined ? [] : ['--remote-write', targets.remoteWrite]),
  ];
  // It lives for seconds: memory is cheaper than collecting it often.
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, GOGC: '400' } });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    words += text;
  });
  // The reason of a broken pipe is in the program's words.
  child.stdin.on('error', () => undefined);
  const ended = once(child, 'close');
  for (const one of series) {
    if (child.exitCode !== null || child.stdin.destroyed) break;
    if (!child.stdin.write(record(one))) await Promise.race([once(child.stdin, 'drain'), ended]);
  }
  child.stdin.end();
  const [code] = await ended;
  if (code !== 0) throw new Error(`back-filling failed: ${words.trim()}`);
}

/** Length of the header, header, values: what the program reads for one series. */
function record({ labels, startMs, stepSeconds, values }: Series): Buffer {
  const header = Buffer.from(JSON.stringify({ labels, startMs, stepMs: stepSeconds * 1000, count: values.length }));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(header.length);
  return Buffer.concat([length, header, Buffer.from(values.buffer, values.byteOffset, values.byteLength)]);
}
