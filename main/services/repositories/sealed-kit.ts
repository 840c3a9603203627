import { z } from 'zod';
import type { RandomSource } from '../../engine/platform/random.ts';
import { loadSealed, removeSealed, saveSealed } from './sealed-file.ts';
import type { SealedPlaces } from './sealed-file.ts';

const name = 'kit';
const sealedKit = z.object({ version: z.literal(1), words: z.array(z.string().max(40)).min(12).max(48) });

/**
 * Where the recovery words of a passphrase-protected backup wait until they are confirmed: there is no keychain, and
 * whoever can open this file has a key of the backup already.
 */
export async function saveSealedKit(
  repository: SealedPlaces,
  words: readonly string[],
  random: RandomSource,
): Promise<void> {
  await saveSealed(repository, name, { version: 1, words }, random);
}

export async function loadSealedKit(repository: SealedPlaces): Promise<readonly string[] | undefined> {
  return sealedKit.safeParse(await loadSealed(repository, name)).data?.words;
}

export async function removeSealedKit(repository: SealedPlaces): Promise<void> {
  await removeSealed(repository, name);
}
