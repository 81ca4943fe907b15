/** What macOS reads of a thin 64-bit Mach-O file: processor, sections, and the code signature with its hash of every page. */

import { createHash } from 'node:crypto';

/** cputype. */
export const PROCESSORS: Readonly<Record<string, number>> = { amd64: 0x01000007, arm64: 0x0100000c };

const MAGIC_64 = 0xfeedfacf;
const LC_SEGMENT_64 = 0x19;
const LC_CODE_SIGNATURE = 0x1d;

const SUPER_BLOB = 0xfade0cc0;
const CODE_DIRECTORY = 0xfade0c02;
const SHA256 = 2;

/** The flag of a signature by nobody: it says only that the file is as it was. */
export const ADHOC = 2;

export interface MachO {
  readonly machine: number;
  /** `NODE_SEA,__NODE_SEA_BLOB`. */
  readonly sections: ReadonlyMap<string, Buffer>;
  readonly signature: Signature | undefined;
}

export interface Signature {
  readonly flags: number;
  readonly identifier: string;
  /** Bytes from the start of the file that are signed: all before the signature. */
  readonly covers: number;
  /** Where the signature begins. */
  readonly at: number;
  /** Numbers of pages whose hash is another than the signature says. */
  readonly changedPages: readonly number[];
}

/** @throws Error where the bytes are no thin 64-bit Mach-O file. */
export function readMachO(bytes: Buffer): MachO {
  if (bytes.readUInt32LE(0) !== MAGIC_64) throw new Error('no thin 64-bit Mach-O file');
  const sections = new Map<string, Buffer>();
  let signature: Signature | undefined;
  for (let at = 32, left = bytes.readUInt32LE(16); left > 0; left -= 1, at += bytes.readUInt32LE(at + 4)) {
    const command = bytes.readUInt32LE(at);
    if (command === LC_SEGMENT_64) for (const [name, content] of readSections(bytes, at)) sections.set(name, content);
    if (command === LC_CODE_SIGNATURE) signature = readSignature(bytes, bytes.readUInt32LE(at + 8));
  }
  return { machine: bytes.readUInt32LE(4), sections, signature };
}

function readSections(bytes: Buffer, segment: number): readonly (readonly [string, Buffer])[] {
  return Array.from({ length: bytes.readUInt32LE(segment + 64) }, (_, index) => {
    const at = segment + 72 + index * 80;
    const [size, offset] = [Number(bytes.readBigUInt64LE(at + 40)), bytes.readUInt32LE(at + 48)];
    return [`${fixed(bytes, at + 16)},${fixed(bytes, at)}`, bytes.subarray(offset, offset + size)];
  });
}

function fixed(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, at + 16).replace(/\0+$/, '');
}

/** A list of parts, of which the code directory with SHA-256 has the hashes; its numbers are big-endian. */
function readSignature(bytes: Buffer, start: number): Signature {
  if (bytes.readUInt32BE(start) !== SUPER_BLOB) throw new Error('the code signature is damaged');
  const directories = Array.from(
    { length: bytes.readUInt32BE(start + 8) },
    (_, index) => start + bytes.readUInt32BE(start + 16 + index * 8),
  )
    .filter((at) => bytes.readUInt32BE(at) === CODE_DIRECTORY)
    .filter((at) => bytes.readUInt8(at + 37) === SHA256);
  const [at] = directories;
  if (at === undefined) throw new Error('the code signature has no hashes of SHA-256');
  const [hashes, identifier, pages, covers] = [16, 20, 28, 32].map((offset) => bytes.readUInt32BE(at + offset)) as [
    number,
    number,
    number,
    number,
  ];
  const pageSize = 2 ** bytes.readUInt8(at + 39);
  if (pages !== Math.ceil(covers / pageSize)) throw new Error('the code signature does not cover every page');
  const changedPages = Array.from({ length: pages }, (_, page) => page).filter((page) => {
    const content = bytes.subarray(page * pageSize, Math.min((page + 1) * pageSize, covers));
    const expected = bytes.subarray(at + hashes + page * 32, at + hashes + (page + 1) * 32);
    return !createHash('sha256').update(content).digest().equals(expected);
  });
  const name = at + identifier;
  return {
    flags: bytes.readUInt32BE(at + 12),
    identifier: bytes.toString('latin1', name, bytes.indexOf(0, name)),
    covers,
    at: start,
    changedPages,
  };
}
