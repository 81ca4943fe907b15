/** The archives krew takes. The same files give the same bytes: sorted, owned by nobody, all of the same time. */

import { spawn } from 'node:child_process';
import { crc32 } from 'node:zlib';

export interface Entry {
  /** Path within the archive, with slashes. */
  readonly name: string;
  readonly content: Uint8Array;
  readonly executable: boolean;
}

/** @param seconds of every file, Unix epoch. */
export async function tarGz(entries: readonly Entry[], seconds: number): Promise<Uint8Array> {
  return await gzip(tar(entries, seconds));
}

const BLOCK = 512;

/** Bytes before and after what is compressed: RFC 1952, without a name. */
const GZIP = { header: 10, trailer: 8 } as const;

/** What compresses best of those that take seconds: zlib's result is 5 % larger, zopfli takes minutes. */
const COMPRESSOR = 'libdeflate-gzip';

/** The same bytes for the same bytes: neither name nor time is in it. */
async function gzip(content: Uint8Array): Promise<Uint8Array> {
  const child = spawn(COMPRESSOR, ['-12', '-n', '-c'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const ended = new Promise<number | null>((resolve, reject) => child.on('error', reject).on('close', resolve));
  // Why it does not take its input, its exit code says.
  child.stdin.on('error', () => undefined).end(content);
  if ((await ended) !== 0) throw new Error(`${COMPRESSOR} failed`);
  const packed = Buffer.concat(chunks);
  if (packed.readUInt8(3) !== 0) throw new Error(`${COMPRESSOR} wrote more into its header than it was told to`);
  return packed;
}

/** POSIX's ustar form, IEEE Std 1003.1, of files alone: folders are made by what unpacks. */
function tar(entries: readonly Entry[], seconds: number): Uint8Array {
  const blocks = sorted(entries).flatMap((entry) => [
    tarHeader(entry, seconds),
    entry.content,
    new Uint8Array(-entry.content.length & (BLOCK - 1)),
  ]);
  return Buffer.concat([...blocks, new Uint8Array(2 * BLOCK)]);
}

function tarHeader({ name, content, executable }: Entry, seconds: number): Uint8Array {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is too long for an archive`);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, at: number, digits: number): void => {
    header.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  };
  header.write(name, 0);
  octal(executable ? 0o755 : 0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(content.length, 124, 11);
  octal(seconds, 136, 11);
  header.write('        0', 148, 'latin1');
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}

/** Of the ZIP format (PKWARE's APPNOTE 6.3): what is written by a Unix system keeps modes. */
const ZIP = { needed: 20, madeBy: (3 << 8) | 20, deflated: 8, regularFile: 0o100000 } as const;

/** @param seconds of every file, Unix epoch; kept to two seconds, in UTC. */
export async function zip(entries: readonly Entry[], seconds: number): Promise<Uint8Array> {
  const [locals, centrals]: [Uint8Array[], Uint8Array[]] = [[], []];
  let offset = 0;
  for (const { name, content, executable } of sorted(entries)) {
    const packed = (await gzip(content)).subarray(GZIP.header, -GZIP.trailer);
    const about = commonHeader(name, content, packed, seconds);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), about, Buffer.from(name), packed]);
    centrals.push(centralHeader(about, name, offset, executable));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(centrals);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(centrals.length, 8);
  end.writeUInt16LE(centrals.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...locals, directory, end]);
}

/** What the local and the central header of a file have in common. */
function commonHeader(name: string, content: Uint8Array, packed: Uint8Array, seconds: number): Buffer {
  const header = Buffer.alloc(26);
  const date = new Date(seconds * 1000);
  header.writeUInt16LE(ZIP.needed, 0);
  header.writeUInt16LE(ZIP.deflated, 4);
  header.writeUInt16LE((date.getUTCHours() << 11) | (date.getUTCMinutes() << 5) | (date.getUTCSeconds() >> 1), 6);
  header.writeUInt16LE(((date.getUTCFullYear() - 1980) << 9) | ((date.getUTCMonth() + 1) << 5) | date.getUTCDate(), 8);
  header.writeUInt32LE(crc32(content), 10);
  header.writeUInt32LE(packed.length, 14);
  header.writeUInt32LE(content.length, 18);
  header.writeUInt16LE(Buffer.byteLength(name), 22);
  return header;
}

function centralHeader(about: Buffer, name: string, offset: number, executable: boolean): Uint8Array {
  const [before, after] = [Buffer.alloc(6), Buffer.alloc(14)];
  before.write('PK\x01\x02', 'latin1');
  before.writeUInt16LE(ZIP.madeBy, 4);
  after.writeUInt32LE(((ZIP.regularFile | (executable ? 0o755 : 0o644)) << 16) >>> 0, 6);
  after.writeUInt32LE(offset, 10);
  return Buffer.concat([before, about, after, Buffer.from(name)]);
}

function sorted(entries: readonly Entry[]): readonly Entry[] {
  return entries.toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
