import { AppError } from '../../../shared/errors.ts';
import { readPackSync } from '../repository/pack-reader.ts';
import { Sealer } from '../repository/seal.ts';
import type { WorkerContext } from '../workers/context.ts';
import type { TaskHandler } from '../workers/tasks.ts';
import { verifyPack } from './verify-pack.ts';
import type { ReadRange } from './verify-pack.ts';

/** One pack to verify: `size` as listed; `bytes` when the worker cannot open the file itself. */
export interface PackToVerify {
  readonly id: string;
  readonly size: number;
  readonly bytes?: Uint8Array;
}

/** What is wrong with one pack (sentences). `onlyAtFirst` when a second reading found nothing. */
export interface VerifiedPack {
  readonly id: string;
  readonly problems: readonly string[];
  readonly onlyAtFirst: boolean;
}

declare module '../workers/tasks.ts' {
  interface Tasks {
    'verify-packs': TaskSignature<{ readonly packs: readonly PackToVerify[] }, readonly VerifiedPack[]>;
  }
}

/** Packs up to this size are read at once into memory that is used again. */
const wholeFile = 160 * 1024 * 1024;

function rangeReader(context: WorkerContext, pack: PackToVerify): ReadRange {
  if (pack.bytes !== undefined) {
    const bytes = Buffer.from(pack.bytes.buffer, pack.bytes.byteOffset, pack.bytes.length);
    return (offset, length) => {
      if (offset + length > bytes.length) throw new AppError('damaged', 'The file is shorter than the index says.');
      return bytes.subarray(offset, offset + length);
    };
  }
  const root = context.repository.localDataRoot;
  if (root === undefined) throw new AppError('internal', 'A pack came to a worker without its bytes.');
  if (pack.size > wholeFile) return (offset, length) => readPackSync(root, pack.id, { offset, length });
  const holder = context.resource('verify-packs:buffer', () => ({ buffer: Buffer.alloc(0) }));
  if (holder.buffer.length < pack.size) holder.buffer = Buffer.allocUnsafeSlow(pack.size);
  const whole = readPackSync(root, pack.id, { offset: 0, length: pack.size }, holder.buffer);
  return (offset, length) => {
    if (offset + length > whole.length) throw new AppError('damaged', 'The file is shorter than the index says.');
    return whole.subarray(offset, offset + length);
  };
}

function verifyOnce(context: WorkerContext, pack: PackToVerify): string[] {
  const { index, key, version } = context.repository;
  const sealer = context.resource('verify-packs:sealer', () => new Sealer(key));
  try {
    const expected = { id: pack.id, size: pack.size, entries: index.packEntries(pack.id) };
    return verifyPack(expected, sealer, version, rangeReader(context, pack));
  } catch (error) {
    if (error instanceof AppError && error.code !== 'internal') return [error.message];
    throw error;
  }
}

/** The worker's part of `check --read-data`: verifies whole packs, reading each a second time when it looks damaged. */
export const runVerifyPacks: TaskHandler<'verify-packs'> = (context, input) =>
  input.packs.map((pack) => {
    context.throwIfCancelled();
    const problems = verifyOnce(context, pack);
    const onlyAtFirst = problems.length > 0 && pack.bytes === undefined && verifyOnce(context, pack).length === 0;
    return { id: pack.id, problems, onlyAtFirst };
  });
