import { damagedFile } from '../damage.ts';
import { isId } from '../ids.ts';
import { isObject, type JsonObject } from '../json.ts';
import { sealOverhead } from '../seal.ts';
import type { BlobType, PackEntry, RepositoryVersion } from '../types.ts';

/** One pack as an index file lists it. */
export interface IndexedPack {
  readonly id: string;
  readonly entries: readonly PackEntry[];
}

const bound = 2 ** 32;

/** The JSON of an index file (format section 8) with its final newline. */
export function encodeIndex(packs: readonly IndexedPack[]): Buffer {
  const parts = packs.map(({ id, entries }) => `{"id":"${id}","blobs":[${entries.map(encodeEntry).join(',')}]}`);
  return Buffer.from(`{"packs":[${parts.join(',')}]}\n`, 'latin1');
}

function encodeEntry({ id, type, offset, length, uncompressedLength }: PackEntry): string {
  const tail = uncompressedLength === 0 ? '' : `,"uncompressed_length":${uncompressedLength}`;
  return `{"id":"${id}","type":"${type}","offset":${offset},"length":${length}${tail}}`;
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < bound;
}

/**
 * The packs of an index file. `packs_to_delete` (rustic), `supersedes` and unknown fields are ignored. `damaged`,
 * naming the file, when anything that is used has a wrong form or cannot be true.
 */
export function decodeIndex(json: Uint8Array, version: RepositoryVersion, name: string): IndexedPack[] {
  const value = parse(json, name);
  const packs = value['packs'];
  // Go writes an empty list as null.
  if (packs === undefined || packs === null) return [];
  if (!Array.isArray(packs)) throw damagedFile('index', name, 'it has no list of packs');
  return packs.map((pack: unknown) => decodePack(pack, version, name));
}

function parse(json: Uint8Array, name: string): JsonObject {
  let value: unknown;
  try {
    // All that is used is ASCII; reading it as one byte a character keeps a large index small in memory.
    value = JSON.parse(Buffer.from(json.buffer, json.byteOffset, json.length).toString('latin1'));
  } catch (error) {
    throw damagedFile('index', name, 'it is not valid JSON', error);
  }
  if (!isObject(value)) throw damagedFile('index', name, 'it is not a JSON object');
  return value;
}

function decodePack(pack: unknown, version: RepositoryVersion, name: string): IndexedPack {
  if (!isObject(pack)) throw damagedFile('index', name, 'a pack in it is not an object');
  const { id, blobs } = pack;
  if (!isId(id)) throw damagedFile('index', name, 'a pack in it has no valid id');
  if (!Array.isArray(blobs)) throw damagedFile('index', name, 'a pack in it has no list of blobs');
  return { id, entries: blobs.map((blob: unknown) => decodeEntry(blob, version, name)) };
}

function decodeEntry(blob: unknown, version: RepositoryVersion, name: string): PackEntry {
  if (!isObject(blob)) throw damagedFile('index', name, 'a blob in it is not an object');
  const { id, type, offset, length, uncompressed_length: uncompressedLength = 0 } = blob;
  if (!isId(id)) throw damagedFile('index', name, 'a blob in it has no valid id');
  if (type !== 'data' && type !== 'tree') throw damagedFile('index', name, 'a blob in it has an unknown type');
  if (!isLength(offset) || !isLength(length) || !isLength(uncompressedLength)) {
    throw damagedFile('index', name, 'a blob in it has an impossible offset or length');
  }
  if (length < sealOverhead || offset + length >= bound) {
    throw damagedFile('index', name, 'a blob in it has an impossible offset or length');
  }
  if (version === 1 && uncompressedLength !== 0) {
    throw damagedFile('index', name, 'it lists compressed data, which version 1 does not have');
  }
  return { id, type: type satisfies BlobType, offset, length, uncompressedLength };
}
