import { AppError } from '../../../shared/errors.ts';
import { createSha256 } from '../platform/crypto.ts';
import { decodeBlob } from '../repository/blob-codec.ts';
import { groupRanges, parsePackTail, sliceBlob } from '../repository/pack-reader.ts';
import type { SealingKey } from '../repository/seal.ts';
import type { PackEntry, RepositoryVersion } from '../repository/types.ts';

/** Reads bytes of one pack; throws AppError when they are not there. */
export type ReadRange = (offset: number, length: number) => Buffer;

/** What one pack should be: its id, its size in bytes as listed, and its blobs by the index. */
export interface ExpectedPack {
  readonly id: string;
  readonly size: number;
  readonly entries: readonly PackEntry[];
}

const hashWindow = 8 * 1024 * 1024;

function message(error: unknown): string {
  if (error instanceof AppError) return error.message;
  throw error;
}

/** The first place where the blobs of the index do not follow one another, as sentences (none when they do). */
function layoutProblems(pack: ExpectedPack): string[] {
  let end = 0;
  for (const entry of pack.entries.toSorted((a, b) => a.offset - b.offset)) {
    if (entry.offset !== end) {
      const what = entry.offset > end ? 'a gap' : 'an overlap';
      return [`The index has ${what} before blob ${entry.id.slice(0, 8)} (offset ${entry.offset}, expected ${end}).`];
    }
    end += entry.length;
  }
  return [];
}

function headerProblems(pack: ExpectedPack, key: SealingKey, version: RepositoryVersion, read: ReadRange): string[] {
  let tail = read(Math.max(0, pack.size - 64 * 1024), Math.min(pack.size, 64 * 1024));
  let parsed = parsePackTail(key, version, pack.id, pack.size, tail);
  if ('needed' in parsed) {
    tail = read(pack.size - parsed.needed, parsed.needed);
    parsed = parsePackTail(key, version, pack.id, pack.size, tail);
  }
  if ('needed' in parsed) return ['The header changed while it was read.'];
  const text = (entry: PackEntry): string =>
    `${entry.type} ${entry.id} ${entry.offset} ${entry.length} ${entry.uncompressedLength}`;
  const inHeader = new Set(parsed.entries.map(text));
  const inIndex = new Set(pack.entries.map(text));
  const lacking = parsed.entries.filter((entry) => !inIndex.has(text(entry)));
  const extra = pack.entries.filter((entry) => !inHeader.has(text(entry)));
  return [
    ...lacking.slice(0, 1).map((entry) => `Blob ${entry.id.slice(0, 8)} of the header is not in the index like this (${lacking.length} in all).`),
    ...extra.slice(0, 1).map((entry) => `Blob ${entry.id.slice(0, 8)} of the index is not in the header like this (${extra.length} in all).`),
  ];
}

function blobProblems(pack: ExpectedPack, key: SealingKey, read: ReadRange): string[] {
  const problems: string[] = [];
  for (const group of groupRanges(pack.entries)) {
    try {
      const bytes = read(group.offset, group.length);
      for (const entry of group.blobs) {
        try {
          decodeBlob(key, sliceBlob(group, bytes, entry), entry.uncompressedLength, entry.id);
        } catch (error) {
          problems.push(`Blob ${entry.id.slice(0, 8)} (${entry.type}): ${message(error)}`);
        }
      }
    } catch (error) {
      problems.push(message(error));
    }
  }
  return problems;
}

function hashProblems(pack: ExpectedPack, read: ReadRange): string[] {
  const hash = createSha256();
  for (let offset = 0; offset < pack.size; offset += hashWindow) {
    hash.update(read(offset, Math.min(hashWindow, pack.size - offset)));
  }
  const found = hash.digest().toString('hex');
  return found === pack.id ? [] : [`The content of the file does not match its name (it hashes to ${found.slice(0, 8)}).`];
}

/**
 * Everything that is wrong with one pack, as sentences (none when it is sound): SHA-256 of the file, blobs contiguous in
 * the index, every blob decrypts, decompresses and hashes to its id, header readable and equal to the index.
 * Source: format section 18.4. Synchronous; needs `poly1305Ready()`.
 */
export function verifyPack(pack: ExpectedPack, key: SealingKey, version: RepositoryVersion, read: ReadRange): string[] {
  const steps = [
    () => hashProblems(pack, read),
    () => layoutProblems(pack),
    () => blobProblems(pack, key, read),
    () => headerProblems(pack, key, version, read),
  ];
  const problems = steps.flatMap((step) => {
    try {
      return step();
    } catch (error) {
      return [message(error)];
    }
  });
  return [...new Set(problems)];
}
