import { AppError } from '../../shared/errors.ts';
import type { Compression } from '../engine/archiver/backup-options.ts';
import type { OpenContext } from './open-repository.ts';
import { parseCount } from './sizes.ts';

const compressionNames: Readonly<Record<string, Compression>> = {
  auto: 'auto',
  off: 'off',
  fastest: 'auto',
  better: 'max',
  max: 'max',
};

function fromEnvironment(context: OpenContext, name: string): string | undefined {
  return context.env[`TIDEMARK_${name}`] || context.env[`RESTIC_${name}`] || undefined;
}

/** --compression, with restic's finer modes taken to the nearest of ours. */
export function compressionOf(context: OpenContext): Compression {
  const text = context.global.compression ?? fromEnvironment(context, 'COMPRESSION') ?? 'auto';
  const mode = Object.hasOwn(compressionNames, text) ? compressionNames[text] : undefined;
  if (mode !== undefined) return mode;
  throw new AppError('invalid-input', `--compression: there is no mode ‘${text}’.`, {
    hint: 'Use auto, off, fastest, better or max.',
  });
}

/** --pack-size in bytes, or undefined for the default. */
export function packSizeOf(context: OpenContext): number | undefined {
  const text = context.global['pack-size'] ?? fromEnvironment(context, 'PACK_SIZE');
  if (text === undefined || text === '0') return undefined;
  return parseCount(text, '--pack-size', 4, 128) * 1024 * 1024;
}
