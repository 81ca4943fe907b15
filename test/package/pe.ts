/** What Windows reads of a 64-bit PE file: processor, sections, resources. */

export const AMD64 = 0x8664;

/** A resource that has no type of its own: RT_RCDATA. */
const RAW_DATA = 10;

const PE32_PLUS = 0x20b;
const RESOURCE_DIRECTORY = 2;

export interface Pe {
  readonly machine: number;
  /** 3: a program of the command line. */
  readonly subsystem: number;
  /** Raw data by its name in capitals. */
  readonly resources: ReadonlyMap<string, Buffer>;
  /** Bytes of an Authenticode signature. */
  readonly signatureBytes: number;
}

interface Section {
  readonly name: string;
  readonly address: number;
  readonly offset: number;
  readonly size: number;
}

/** @throws Error where the bytes are no 64-bit PE file, or a section lies beyond their end. */
export function readPe(bytes: Buffer): Pe {
  const start = bytes.readUInt32LE(0x3c);
  if (bytes.toString('latin1', 0, 2) !== 'MZ' || bytes.toString('latin1', start, start + 4) !== 'PE\0\0')
    throw new Error('no PE file');
  const header = start + 24;
  if (bytes.readUInt16LE(header) !== PE32_PLUS) throw new Error('no 64-bit PE file');
  const sections = readSections(bytes, header + bytes.readUInt16LE(start + 20), bytes.readUInt16LE(start + 6));
  const directory = (index: number): readonly [number, number] => [
    bytes.readUInt32LE(header + 112 + index * 8),
    bytes.readUInt32LE(header + 116 + index * 8),
  ];
  const place = (address: number): number => {
    const section = sections.find((one) => address >= one.address && address < one.address + one.size);
    if (!section) throw new Error(`address ${address} lies in no section`);
    return address - section.address + section.offset;
  };
  return {
    machine: bytes.readUInt16LE(start + 4),
    subsystem: bytes.readUInt16LE(header + 68),
    resources: readRawData(bytes, place(directory(RESOURCE_DIRECTORY)[0]), place),
    signatureBytes: directory(4)[1],
  };
}

function readSections(bytes: Buffer, start: number, count: number): readonly Section[] {
  return Array.from({ length: count }, (_, index) => {
    const at = start + index * 40;
    const section = {
      name: bytes.toString('latin1', at, at + 8).replace(/\0+$/, ''),
      address: bytes.readUInt32LE(at + 12),
      size: bytes.readUInt32LE(at + 16),
      offset: bytes.readUInt32LE(at + 20),
    };
    if (section.offset + section.size > bytes.length) throw new Error(`section ${section.name} goes beyond the end of the file`);
    return section;
  });
}

/** Resources are a tree of type, name and language. */
function readRawData(bytes: Buffer, root: number, place: (address: number) => number): ReadonlyMap<string, Buffer> {
  const names = childrenOf(bytes, root, root).find(({ id }) => id === RAW_DATA);
  if (!names) return new Map();
  return new Map(
    childrenOf(bytes, root, names.at).flatMap(({ name, at }) => {
      const language = childrenOf(bytes, root, at)[0];
      if (!name || !language) return [];
      const content = place(bytes.readUInt32LE(language.at));
      return [[name, bytes.subarray(content, content + bytes.readUInt32LE(language.at + 4))] as const];
    }),
  );
}

interface Child {
  readonly id: number | undefined;
  readonly name: string | undefined;
  readonly at: number;
}

function childrenOf(bytes: Buffer, root: number, at: number): readonly Child[] {
  const count = bytes.readUInt16LE(at + 12) + bytes.readUInt16LE(at + 14);
  return Array.from({ length: count }, (_, index) => {
    const entry = at + 16 + index * 8;
    const key = bytes.readUInt32LE(entry);
    const named = key >>> 31 === 1;
    return {
      id: named ? undefined : key,
      name: named ? stringAt(bytes, root + (key & 0x7fffffff)) : undefined,
      at: root + (bytes.readUInt32LE(entry + 4) & 0x7fffffff),
    };
  });
}

function stringAt(bytes: Buffer, at: number): string {
  return bytes.toString('utf16le', at + 2, at + 2 + bytes.readUInt16LE(at) * 2);
}
