import { AppError } from '../../../shared/errors.ts';

const idPattern = /^[0-9a-f]{64}$/;

/** Whether `text` is the name of a stored file or blob: 64 lower-case hex digits. */
export function isId(text: unknown): text is string {
  return typeof text === 'string' && idPattern.test(text);
}

/** The 32 bytes of an id; `internal` when it is not one. */
export function idBytes(id: string | Uint8Array): Uint8Array {
  if (typeof id !== 'string') {
    if (id.length === 32) return id;
  } else if (isId(id)) {
    return Buffer.from(id, 'hex');
  }
  throw new AppError('internal', 'A blob id must have 32 bytes.');
}
