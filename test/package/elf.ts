/** What a Linux loader reads of a 64-bit little-endian ELF file: processor, libraries, versions of symbols, notes. */

/** e_machine. */
export const PROCESSORS: Readonly<Record<string, number>> = { amd64: 62, arm64: 183 };

const PT_LOAD = 1;
const PT_DYNAMIC = 2;
const PT_NOTE = 4;
const DT = { needed: 1, strtab: 5, rpath: 15, runpath: 29, verneed: 0x6ffffffe, verneednum: 0x6fffffff } as const;

export interface Elf {
  readonly machine: number;
  /** Libraries it names. */
  readonly needed: readonly string[];
  /** Where it looks for them before the system's places. */
  readonly runpath: string | undefined;
  /** `libc.so.6 GLIBC_2.28`, for each version of symbols it needs. */
  readonly versions: readonly string[];
  /** Contents by owner. */
  readonly notes: ReadonlyMap<string, Buffer>;
}

export function isElf(bytes: Buffer): boolean {
  return bytes.subarray(0, 4).toString('latin1') === '\x7fELF';
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

/** @throws Error where the bytes are no 64-bit little-endian ELF file. */
export function readElf(bytes: Buffer): Elf {
  if (!isElf(bytes) || bytes[4] !== 2 || bytes[5] !== 1) throw new Error('no 64-bit little-endian ELF file');
  const segments = readSegments(bytes);
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  const entries = dynamic ? readDynamic(bytes, dynamic) : [];
  const value = (tag: number): number | undefined => entries.find(([known]) => known === tag)?.[1];
  const place = (address: number): number => {
    const segment = segments.find((one) => one.type === PT_LOAD && address >= one.address && address < one.address + one.size);
    if (!segment) throw new Error(`address ${address} lies in no segment`);
    return address - segment.address + segment.offset;
  };
  const strings = value(DT.strtab);
  const text = (offset: number): string => stringAt(bytes, place(strings ?? 0) + offset);
  const runpath = value(DT.runpath) ?? value(DT.rpath);
  const verneed = value(DT.verneed);
  return {
    machine: bytes.readUInt16LE(18),
    needed: entries.filter(([tag]) => tag === DT.needed).map(([, offset]) => text(offset)),
    runpath: runpath === undefined ? undefined : text(runpath),
    versions: verneed === undefined ? [] : readVersions(bytes, place(verneed), value(DT.verneednum) ?? 0, text),
    notes: new Map(segments.filter(({ type }) => type === PT_NOTE).flatMap((segment) => readNotes(bytes, segment))),
  };
}

function readSegments(bytes: Buffer): readonly Segment[] {
  const [start, size, count] = [Number(bytes.readBigUInt64LE(32)), bytes.readUInt16LE(54), bytes.readUInt16LE(56)];
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * size;
    return {
      type: bytes.readUInt32LE(at),
      offset: Number(bytes.readBigUInt64LE(at + 8)),
      address: Number(bytes.readBigUInt64LE(at + 16)),
      size: Number(bytes.readBigUInt64LE(at + 32)),
    };
  });
}

function readDynamic(bytes: Buffer, { offset, size }: Segment): readonly (readonly [number, number])[] {
  const entries = Array.from({ length: size / 16 }, (_, index): readonly [number, number] => [
    Number(bytes.readBigInt64LE(offset + index * 16)),
    Number(bytes.readBigUInt64LE(offset + index * 16 + 8)),
  ]);
  const end = entries.findIndex(([tag]) => tag === 0);
  return entries.slice(0, end < 0 ? entries.length : end);
}

/** Two chained lists: for each library, the versions that are needed of it. */
function readVersions(bytes: Buffer, start: number, libraries: number, text: (offset: number) => string): readonly string[] {
  const versions: string[] = [];
  for (let at = start, left = libraries; left > 0; left -= 1, at += bytes.readUInt32LE(at + 12)) {
    const library = text(bytes.readUInt32LE(at + 4));
    let one = at + bytes.readUInt32LE(at + 8);
    for (let count = bytes.readUInt16LE(at + 2); count > 0; count -= 1, one += bytes.readUInt32LE(one + 12)) {
      versions.push(`${library} ${text(bytes.readUInt32LE(one + 8))}`);
    }
  }
  return versions;
}

function readNotes(bytes: Buffer, { offset, size }: Segment): readonly (readonly [string, Buffer])[] {
  const notes: (readonly [string, Buffer])[] = [];
  const end = offset + size;
  for (let at = offset; at + 12 <= end; ) {
    const [nameSize, contentSize] = [bytes.readUInt32LE(at), bytes.readUInt32LE(at + 4)];
    const content = at + 12 + padded(nameSize);
    notes.push([stringAt(bytes, at + 12), bytes.subarray(content, content + contentSize)]);
    at = content + padded(contentSize);
  }
  return notes;
}

function padded(size: number): number {
  return Math.ceil(size / 4) * 4;
}

function stringAt(bytes: Buffer, start: number): string {
  return bytes.toString('latin1', start, bytes.indexOf(0, start));
}
