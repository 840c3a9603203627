import { hasCode } from '../../../shared/errors.ts';
import type { RandomSource } from '../../engine/platform/random.ts';
import type { MasterKey } from '../../engine/repository/types.ts';
import { open, seal } from '../../engine/repository/seal.ts';
import type { Storage } from '../../engine/storage/storage.ts';

/** What of an open repository files of our own need. */
export interface SealedPlaces {
  readonly storage: Storage;
  readonly masterKey: MasterKey;
}

/** Saves a value as JSON below `tidemark/`, readable with the keys of the repository only. Durable when resolved. */
export async function saveSealed(
  { storage, masterKey }: SealedPlaces,
  name: string,
  value: unknown,
  random: RandomSource,
): Promise<void> {
  const sealed = seal(masterKey, Buffer.from(JSON.stringify(value)), random);
  await storage.save({ type: 'extra', name }, [sealed], { replace: true });
}

/** The value, or undefined when there is none or it is damaged. */
export async function loadSealed({ storage, masterKey }: SealedPlaces, name: string): Promise<unknown> {
  try {
    return JSON.parse(open(masterKey, await storage.load({ type: 'extra', name })).toString('utf8'));
  } catch (error) {
    if (hasCode(error, 'damaged', 'not-found') || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Removes it; harmless when there is none. */
export async function removeSealed({ storage }: SealedPlaces, name: string): Promise<void> {
  try {
    await storage.remove({ type: 'extra', name });
  } catch (error) {
    if (!hasCode(error, 'not-found')) throw error;
  }
}
