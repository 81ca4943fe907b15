/** The signature of a Windows program, which is worth nothing when the program has been changed. */

/** Offsets in the headers of the PE format: of the optional header from the `PE\0\0` mark, and of its entries from its start. */
const PE = { markAt: 0x3c, optionalHeader: 24, checksum: 64, certificates64: 144, magic64: 0x20b } as const;

/**
 * The program without its signature, which lies at the end.
 * @throws Error where it is no 64-bit program, or something lies behind the signature.
 */
export function withoutSignature(program: Uint8Array): Uint8Array {
  const bytes = Buffer.from(program);
  const mark = bytes.readUInt32LE(PE.markAt);
  const header = mark + PE.optionalHeader;
  if (bytes.toString('latin1', mark, mark + 4) !== 'PE\0\0' || bytes.readUInt16LE(header) !== PE.magic64)
    throw new Error('not a 64-bit Windows program');
  const [offset, length] = [bytes.readUInt32LE(header + PE.certificates64), bytes.readUInt32LE(header + PE.certificates64 + 4)];
  if (offset === 0) return bytes;
  if (offset + length !== bytes.length) throw new Error('the signature is not the last of the program');
  bytes.writeBigUInt64LE(0n, header + PE.certificates64);
  // Windows looks at it for drivers alone; 0 says that there is none.
  bytes.writeUInt32LE(0, header + PE.checksum);
  return bytes.subarray(0, offset);
}
