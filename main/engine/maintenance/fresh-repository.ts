import { AppError } from '../../../shared/errors.ts';
import { Repository } from '../repository/repository.ts';

/**
 * The same open repository with an empty index. An index only grows while it is in memory, so work that depends on what
 * is *not* there any more (check, prune, repair) reads it anew.
 */
export function freshRepository(repository: Repository): Repository {
  const { storage, config, masterKey, keyId, clock, random, identity } = repository;
  return new Repository({ storage, config, masterKey, keyId, clock, random, identity });
}

/** Throws `unsupported` for repositories from which nothing may be removed (rustic's append-only mark). */
export function requireRemovable(repository: Repository): void {
  if (repository.config.extra['append_only'] !== true) return;
  throw new AppError('unsupported', 'This repository is marked append-only: nothing may be removed from it.', {
    hint: 'Change the mark with the program that set it (rustic).',
  });
}

/** All pack files with their sizes in bytes. */
export async function listPacks(repository: Repository): Promise<Map<string, number>> {
  const packs = new Map<string, number>();
  for await (const { name, size } of repository.storage.list('pack')) packs.set(name, size);
  return packs;
}

/** The ids of all index files. */
export async function listIndexIds(repository: Repository): Promise<string[]> {
  return await Array.fromAsync(repository.storage.list('index'), ({ name }) => name);
}
