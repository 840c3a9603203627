import path from 'node:path';
import type { RandomSource } from '../../engine/platform/random.ts';
import { readFileBounded, writeFileAtomic } from './atomic-file.ts';

const keyBytes = 32;

/** The key that signs addresses, made on first use; a damaged one is replaced (pages open then have to be reloaded). */
export async function loadProfileKey(folder: string, random: RandomSource): Promise<Buffer> {
  const file = path.join(folder, 'address-key');
  const stored = await readFileBounded(file, 1024).catch(() => undefined);
  if (stored?.length === keyBytes) return stored;
  const key = random.bytes(keyBytes);
  await writeFileAtomic(file, key);
  return key;
}
