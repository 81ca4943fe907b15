/**
 * What Node keeps in a single executable, read from its bytes: `node --build-sea` lays it into a note (ELF), a section (Mach-O) or a
 * resource (PE), and the started program reads it from there (src/node_sea.cc of Node 26).
 */

/** Begins what Node finds by looking for it in its own executable. */
const MAGIC = 0x0143da20;

const FLAGS = { codeCache: 4, assets: 8, execArgv: 16 } as const;

export interface Sea {
  /** 0: neither the environment nor the command line adds switches to Node's own. */
  readonly execArgvExtension: number;
  readonly main: Buffer;
  readonly assets: ReadonlyMap<string, Buffer>;
}

/** @throws Error where the bytes are something else, end too early, or go on after their end. */
export function readSea(blob: Buffer): Sea {
  const reader = new Reader(blob);
  if (reader.number32() !== MAGIC) throw new Error('not what Node keeps in a single executable');
  const flags = reader.number32();
  const execArgvExtension = reader.byte();
  reader.byte(); // the format of the main script
  reader.bytes(); // its file name
  const main = reader.bytes();
  if (flags & FLAGS.codeCache) reader.bytes();
  const assets = new Map<string, Buffer>();
  if (flags & FLAGS.assets) {
    for (let left = reader.number64(); left > 0; left -= 1) assets.set(reader.bytes().toString(), reader.bytes());
  }
  if (flags & FLAGS.execArgv) for (let left = reader.number64(); left > 0; left -= 1) reader.bytes();
  if (!reader.ended) throw new Error('it goes on after its end');
  return { execArgvExtension, main, assets };
}

/** Little-endian numbers, and strings with their length before them. */
class Reader {
  readonly #from: Buffer;
  #at = 0;

  constructor(from: Buffer) {
    this.#from = from;
  }

  get ended(): boolean {
    return this.#at === this.#from.length;
  }

  byte(): number {
    return this.#from.readUInt8(this.#pass(1));
  }

  number32(): number {
    return this.#from.readUInt32LE(this.#pass(4));
  }

  number64(): number {
    return Number(this.#from.readBigUInt64LE(this.#pass(8)));
  }

  bytes(): Buffer {
    const length = this.number64();
    const start = this.#pass(length);
    if (start + length > this.#from.length) throw new Error('it ends too early');
    return this.#from.subarray(start, start + length);
  }

  #pass(count: number): number {
    const start = this.#at;
    this.#at += count;
    return start;
  }
}
