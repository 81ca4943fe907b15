/** A run's own network, process and mount namespaces: how to make them, to look into them, and why they cannot be had here. */

import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Without root a user namespace gives what is needed. */
const ISOLATION = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

/** `unshare` with its options, to stand before a command that becomes process 1 of the new namespaces. */
export function isolation(): readonly string[] {
  return process.getuid?.() === 0 ? ['unshare', ...ISOLATION] : ['unshare', '--map-root-user', ...ISOLATION];
}

/** `nsenter` with its options, to stand before a command that runs in the namespaces of process 1 (its pid out here). */
export function entering(initPid: number): readonly string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--preserve-credentials'];
  return ['nsenter', ...user, '--net', '--pid', `--target=${initPid}`, '--'];
}

/** Why no namespaces can be made here; undefined when they can. */
export function isolationObstacle(): string | undefined {
  if (process.platform !== 'linux') return `it needs Linux, this is ${process.platform}`;
  for (const tool of ['unshare', 'nsenter', 'ip', 'openssl']) {
    if (spawnSync(tool, ['--version'], { stdio: 'ignore' }).error) return `it needs ${tool}, which is not installed`;
  }
  const [command = '', ...args] = isolation();
  const { status, stderr } = spawnSync(command, [...args, 'ip', 'link', 'set', 'lo', 'up'], { encoding: 'utf8' });
  return status === 0 ? undefined : `no network namespace can be made here: ${stderr.trim().split('\n')[0]}`;
}

/** The process that `unshare` forked, by its pid out here. */
export function childOf(pid: number): number | undefined {
  return processes().find((candidate) => parentOf(candidate) === pid);
}

/** Which process namespace a process is in, as the kernel names it. */
export function processNamespace(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/ns/pid`);
  } catch {
    return undefined;
  }
}

/** All processes of a process namespace: pid inside to pid out here. */
export function processesIn(namespace: string): ReadonlyMap<number, number> {
  const found = new Map<number, number>();
  for (const pid of processes()) {
    if (processNamespace(pid) !== namespace) continue;
    const inside = /^NSpid:.*\s(\d+)$/m.exec(statusOf(pid))?.[1];
    if (inside !== undefined) found.set(Number(inside), pid);
  }
  return found;
}

/** Memory that a process holds, in bytes; 0 for one that is gone. */
export function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(statusOf(pid))?.[1] ?? 0) * 1024;
}

function processes(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function parentOf(pid: number): number | undefined {
  const parent = /^PPid:\s+(\d+)$/m.exec(statusOf(pid))?.[1];
  return parent === undefined ? undefined : Number(parent);
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return '';
  }
}
