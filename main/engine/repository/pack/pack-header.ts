import { damagedFile } from '../damage.ts';
import { sealOverhead } from '../seal.ts';
import type { PackEntry, RepositoryVersion } from '../types.ts';

const plainEntrySize = 37;
const compressedEntrySize = 41;
const lengthFieldSize = 4;
const maximumOffset = 0xffff_ffff;

/** The largest sealed header that readers accept. */
export const maximumHeaderSize = 16 * 1024 * 1024;

/** Fewest bytes of a pack: one empty blob with its header entry. */
export const minimumPackSize = sealOverhead + plainEntrySize + lengthFieldSize;

/** As many blobs as a header surely has room for. */
export const maximumEntries = Math.floor((maximumHeaderSize - sealOverhead) / compressedEntrySize);

/** Bytes of the header entry of one blob. */
export function headerEntrySize(entry: Pick<PackEntry, 'uncompressedLength'>): number {
  return entry.uncompressedLength === 0 ? plainEntrySize : compressedEntrySize;
}

/** Bytes that a pack with these blobs has behind them: sealed header and its length. */
export function sealedHeaderSize(entries: readonly PackEntry[]): number {
  return entries.reduce((sum, entry) => sum + headerEntrySize(entry), sealOverhead + lengthFieldSize);
}

/** The plaintext header (format section 7) of blobs in the order in which they lie in the pack. */
export function encodePackHeader(entries: readonly PackEntry[]): Buffer {
  const header = Buffer.alloc(sealedHeaderSize(entries) - sealOverhead - lengthFieldSize);
  let at = 0;
  for (const entry of entries) {
    const compressed = entry.uncompressedLength !== 0;
    at = header.writeUInt8((entry.type === 'tree' ? 1 : 0) + (compressed ? 2 : 0), at);
    at = header.writeUInt32LE(entry.length, at);
    if (compressed) at = header.writeUInt32LE(entry.uncompressedLength, at);
    at += header.write(entry.id, at, 32, 'hex');
  }
  return header;
}

/**
 * The blobs that a plaintext header lists, with their offsets. `damaged` on any byte that does not belong: unknown
 * types, cut entries, compressed entries in version 1, blobs shorter than their seal, offsets beyond 4 GiB.
 */
export function decodePackHeader(header: Uint8Array, version: RepositoryVersion, packId: string): PackEntry[] {
  const bytes = Buffer.from(header.buffer, header.byteOffset, header.length);
  const entries: PackEntry[] = [];
  let at = 0;
  let offset = 0;
  while (at < bytes.length) {
    const type = bytes.readUInt8(at);
    const compressed = type >= 2;
    if (type > 3 || (compressed && version === 1)) {
      throw damagedFile('pack', packId, `its header has an entry of unknown type ${type}`);
    }
    const size = compressed ? compressedEntrySize : plainEntrySize;
    if (at + size > bytes.length) throw damagedFile('pack', packId, 'its header ends inside an entry');
    const length = bytes.readUInt32LE(at + 1);
    const uncompressedLength = compressed ? bytes.readUInt32LE(at + 5) : 0;
    if (length < sealOverhead || offset + length > maximumOffset || (compressed && uncompressedLength === 0)) {
      throw damagedFile('pack', packId, 'its header has an impossible length');
    }
    entries.push({
      id: bytes.toString('hex', at + size - 32, at + size),
      type: (type & 1) === 1 ? 'tree' : 'data',
      offset,
      length,
      uncompressedLength,
    });
    offset += length;
    at += size;
  }
  if (entries.length === 0) throw damagedFile('pack', packId, 'its header lists no blobs');
  return entries;
}
