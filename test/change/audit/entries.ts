/** Entries and folders for tests of the trail. */

import { readFileSync, writeFileSync } from 'node:fs';
import { headFile, openTrail, trailFile } from '../../../lib/change/audit/trail.ts';
import type { AuditEntry } from '../../../lib/types/audit.ts';
import { temporaryFolder, testRuntime } from '../../kube/runtime.ts';

export const AT = Date.parse('2026-11-25T08:00:00Z');

export function entry(change: string, name = 'web'): AuditEntry {
  return {
    action: 'apply',
    event: 'applied',
    change,
    cluster: { id: 'cluster-1', context: 'prod', server: 'https://prod.example' },
    by: { kubernetes: 'jane', local: 'jane' },
    target: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name, uid: 'uid-1' },
    values: [{ path: '/spec/replicas', from: 3, to: 0 }],
    reason: 'idle for 9d',
    evidence: ['Prometheus: 3 pods, 24 h, 0.2 % of its request'],
  };
}

/** A trail of some records, a minute apart. */
export async function writtenTrail(records: number): Promise<string> {
  const folder = temporaryFolder();
  let minutes = 0;
  const trail = openTrail(folder, testRuntime({ now: () => AT + minutes * 60_000, random: Math.random }));
  for (; minutes < records; minutes++) await trail.append(entry(`change-${minutes + 1}`));
  return folder;
}

export function linesOf(folder: string): readonly string[] {
  return readFileSync(trailFile(folder), 'utf8').trimEnd().split('\n');
}

export function rewrite(folder: string, lines: readonly string[]): void {
  writeFileSync(trailFile(folder), lines.map((line) => `${line}\n`).join(''));
}

export function rewriteHead(folder: string, text: string): void {
  writeFileSync(headFile(folder), text);
}
