/**
 * What a part says of itself at its end, read without an engine, so that 1,000 parts are judged in the time that one query
 * needs to start. A Parquet file ends with its metadata (Thrift, compact protocol), their length in four bytes, and a magic number.
 */

import { type FileHandle, open } from 'node:fs/promises';
import { messageOf } from '../types/errors.ts';
import { COVERS_KEY, REPLACES_KEY, SCHEMA_VERSION, VERSION_KEY } from './schema.ts';

const MAGIC = 'PAR1';
/** Length of the metadata and magic number. */
const TAIL_BYTES = 8;
/** Metadata of a part without a long list of what it replaces; read in one go with the tail. */
const USUAL_BYTES = 8192;

export interface Footer {
  readonly version: number;
  /** Names of the parts in the same folder whose rows this one holds; empty for a part that was not merged. */
  readonly replaces: readonly string[];
  /** Of a roll-up: names of the parts it was made from, and of those that these had replaced; else empty. */
  readonly covers: readonly string[];
}

/** Footer of a part; a sentence's end where it is none of ours; `gone` when it vanished meanwhile, which is nothing to speak of. */
export async function readFooter(file: string): Promise<Footer | string> {
  try {
    const handle = await open(file, 'r');
    try {
      return await footerOf(handle);
    } finally {
      await handle.close();
    }
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'gone' : `it cannot be read (${messageOf(error)})`;
  }
}

async function footerOf(handle: FileHandle): Promise<Footer | string> {
  const stat = await handle.stat();
  if (!stat.isFile()) return 'it is no file';
  if (stat.size < TAIL_BYTES + MAGIC.length) return `it has only ${stat.size} bytes`;
  const end = await lastBytes(handle, stat.size, USUAL_BYTES);
  if (end.toString('latin1', end.length - MAGIC.length) !== MAGIC) return 'it is not a whole Parquet file';
  const length = end.readUInt32LE(end.length - TAIL_BYTES);
  if (length + TAIL_BYTES + MAGIC.length > stat.size) return 'its metadata are broken';
  const whole = length + TAIL_BYTES > end.length ? await lastBytes(handle, stat.size, length + TAIL_BYTES) : end;
  return judged(whole.subarray(whole.length - TAIL_BYTES - length, whole.length - TAIL_BYTES));
}

async function lastBytes(handle: FileHandle, size: number, wanted: number): Promise<Buffer> {
  const length = Math.min(size, wanted);
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
  return buffer.subarray(0, bytesRead);
}

function judged(metadata: Buffer): Footer | string {
  const version = keyValue(metadata, VERSION_KEY);
  if (version === undefined) return 'it is none of kubectl-upid';
  const known = /^\d+$/.test(version) && Number(version) >= 1 && Number(version) <= SCHEMA_VERSION;
  if (!known)
    return `it has the form ${version}, and this kubectl-upid knows the forms up to ${SCHEMA_VERSION}: install a newer one`;
  return { version: Number(version), replaces: lines(metadata, REPLACES_KEY), covers: lines(metadata, COVERS_KEY) };
}

function lines(metadata: Buffer, key: string): readonly string[] {
  const text = keyValue(metadata, key);
  return text ? text.split('\n') : [];
}

/** Header of the next string field of a Thrift struct in the compact protocol: field number one higher, type binary. */
const NEXT_STRING = 0x18;

/** A value of the key-value metadata: struct KeyValue { 1: string key, 2: string value }. */
function keyValue(metadata: Buffer, key: string): string | undefined {
  const start = metadata.indexOf(Buffer.from([NEXT_STRING, key.length, ...Buffer.from(key), NEXT_STRING]));
  if (start < 0) return undefined;
  let at = start + 2 + key.length + 1;
  let length = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = metadata[at++] ?? 0;
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return metadata.toString('utf8', at, at + length);
}
