/**
 * What V8 compiles of the parts, carried beside them: it takes what it has compiled from its own build alone (it compares its version,
 * its switches and the objects it starts with), so that this can be done only where the Node that will carry it can run.
 */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bundle } from './parts.ts';
import type { Platform } from './platforms.ts';
import { runTool } from './tools.ts';

/** How to run a Linux program of another processor, with that processor's libraries. */
const EMULATORS: Readonly<Record<Platform['arch'], readonly string[]>> = {
  amd64: ['qemu-x86_64-static'],
  arm64: ['qemu-aarch64-static', '-L', '/usr/aarch64-linux-gnu'],
};

/** By the names of the parts; empty for a platform whose programs cannot be run here: there each part is compiled when it is needed. */
export function compileParts(platform: Platform, node: string, bundle: Bundle): ReadonlyMap<string, Uint8Array> {
  if (platform.os !== 'linux') return new Map();
  const work = mkdtempSync(join(tmpdir(), 'kubectl-upid-compile-'));
  try {
    const parts = [...bundle.sources].map(([name, text], index) => ({ name, text, file: join(work, `${index}`) }));
    const input = join(work, 'parts.json');
    writeFileSync(input, JSON.stringify(parts));
    const worker = join(import.meta.dirname, 'compile-worker.mjs');
    const [program = '', ...before] = [...(isNative(platform) ? [] : EMULATORS[platform.arch]), node];
    // Strings are found by hashes that are drawn anew for each process, and that V8 writes down: the same seed gives the same bytes.
    runTool(program, [...before, '--hash-seed=1', worker, 'compile', input]);
    // The seed is one of the switches that V8 compares, though what it has read does not depend on it.
    runTool(program, [...before, worker, 'adopt', input]);
    return new Map(parts.map(({ name, file }) => [name, readFileSync(file)]));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function isNative({ arch }: Platform): boolean {
  return process.platform === 'linux' && process.arch === (arch === 'amd64' ? 'x64' : arch);
}
