import { AppError, hasCode } from '../../shared/errors.ts';
import { systemClock } from '../engine/platform/clock.ts';
import { fs } from '../engine/platform/native-fs.ts';
import { systemRandom } from '../engine/platform/random.ts';
import { openRepository } from '../engine/repository/open-repository.ts';
import type { Repository } from '../engine/repository/repository.ts';
import { withLock as holdLock } from '../engine/repository/with-lock.ts';
import { loadSnapshot } from '../engine/snapshot/snapshots.ts';
import type { NamedSnapshot, SnapshotFilter } from '../engine/snapshot/snapshots.ts';
import { findSubtree } from '../engine/snapshot/tree-reader.ts';
import { openStorage } from '../engine/storage/location.ts';
import type { Storage } from '../engine/storage/storage.ts';
import { findPassword } from './password.ts';
import type { PasswordSources } from './password.ts';
import { parseGoDuration } from './sizes.ts';
import type { VerbContext } from './verb.ts';

/** The parts of a verb's context that opening a repository needs. */
export type OpenContext = Pick<VerbContext, 'global' | 'env' | 'output' | 'signal'>;

const typedAttempts = 3;
const prefixes = ['TIDEMARK_', 'RESTIC_'];

/** The location in a file, without white space around it; `not-found` when the file cannot be read. */
export async function locationFromFile(path: string): Promise<string> {
  try {
    return (await fs.promises.readFile(path, 'utf8')).trim();
  } catch (error) {
    throw new AppError('not-found', `The file with the location, ${path}, cannot be read.`, { cause: error });
  }
}

/** The location from options or environment. */
export async function findLocation(context: OpenContext): Promise<string> {
  const { global, env } = context;
  const file = global['repository-file'];
  if (global.repo !== undefined && file !== undefined) {
    throw new AppError('invalid-input', '--repo and --repository-file exclude each other.');
  }
  if (global.repo) return global.repo;
  if (file !== undefined) return await locationFromFile(file);
  for (const prefix of prefixes) {
    const [location, locationFile] = [env[`${prefix}REPOSITORY`], env[`${prefix}REPOSITORY_FILE`]];
    if (location) return location;
    if (locationFile) return await locationFromFile(locationFile);
  }
  throw new AppError('invalid-input', 'No repository was named.', {
    hint: 'Use --repo, or set TIDEMARK_REPOSITORY.',
  });
}

export async function findStorage(context: OpenContext): Promise<Storage> {
  return openStorage(await findLocation(context));
}

export function passwordSources(context: OpenContext): PasswordSources {
  const { global } = context;
  return {
    file: global['password-file'],
    command: global['password-command'],
    none: global['insecure-no-password'],
    prefixes,
  };
}

/** Opens a repository with a password; one that is typed may be wrong twice. */
export async function openWith(
  storage: Storage,
  sources: PasswordSources,
  context: OpenContext,
  prompt = 'enter password for repository',
): Promise<Repository> {
  const keyHint = context.global['key-hint'] ?? (context.env['TIDEMARK_KEY_HINT'] || context.env['RESTIC_KEY_HINT'] || undefined);
  await requireRepository(storage);
  for (let attempt = 1; ; attempt += 1) {
    const password = await findPassword(sources, context.env, context.output.io, prompt);
    try {
      return await openRepository(storage, {
        password: password.bytes,
        ...(keyHint === undefined ? {} : { keyHint }),
        clock: systemClock,
        random: systemRandom,
      });
    } catch (error) {
      if (!hasCode(error, 'wrong-password') || !password.typed || attempt >= typedAttempts) throw error;
      context.output.problem(error.message);
    }
  }
}

/** Says that there is no repository before a password is asked for. */
async function requireRepository(storage: Storage): Promise<void> {
  try {
    if (await storage.exists({ type: 'config', name: '' })) return;
    await storage.checkLayout();
    // Keys without a config: the config was lost, which opening reports.
    for await (const _ of storage.list('key')) return;
  } catch (error) {
    if (!hasCode(error, 'destination-unavailable', 'not-found')) throw error;
  }
  throw new AppError('no-repository', `There is no repository at ${storage.location}.`, {
    hint: 'Check the location, or make one with: tidemark init',
  });
}

export async function openFrom(context: OpenContext): Promise<Repository> {
  const repository = await openWith(await findStorage(context), passwordSources(context), context);
  const { id, version } = repository.config;
  context.output.detail(`repository ${id.slice(0, 8)} opened (version ${version})`);
  return repository;
}

/** Which lock a verb takes. `read`: shared, and --no-lock leaves it out. */
export type LockKind = 'read' | 'shared' | 'exclusive';

export interface RepositoryWork {
  readonly repository: Repository;
  /** Aborted by Ctrl+C and when the lock is lost. */
  readonly signal: AbortSignal;
}

/** Locks a repository that is open already, runs the work and releases the lock, whatever happens. */
export async function withLock<T>(
  repository: Repository,
  context: OpenContext,
  kind: LockKind,
  work: (work: RepositoryWork) => Promise<T>,
): Promise<T> {
  if (context.global['no-lock']) {
    if (kind === 'read') return await work({ repository, signal: context.signal });
    throw new AppError('invalid-input', '--no-lock is only for reading and for --dry-run.');
  }
  const retry = context.global['retry-lock'];
  const options = {
    exclusive: kind === 'exclusive',
    signal: context.signal,
    ...(retry === undefined ? {} : { retryFor: parseGoDuration(retry, '--retry-lock') }),
  };
  return await holdLock(repository, options, (signal) => work({ repository, signal }));
}

/** Opens the repository of the options and runs the work under a lock. */
export async function withRepository<T>(
  context: OpenContext,
  kind: LockKind,
  work: (work: RepositoryWork) => Promise<T>,
): Promise<T> {
  return await withLock(await openFrom(context), context, kind, work);
}

/** Loads the index; parts of it that are damaged are shown, and `strict` makes them an error. */
export async function loadIndex(work: RepositoryWork, context: OpenContext, strict = false): Promise<void> {
  const { problems } = await work.repository.loadIndex(work.signal);
  const hint = 'Run "tidemark repair index": the index can be made anew from the data.';
  for (const { kind, message } of problems) {
    if (kind === 'duplicate') continue;
    if (strict) throw new AppError('damaged', message, { hint });
    context.output.problem(`Warning: ${message} ${hint}`);
  }
}

/**
 * The snapshot that a word names and the tree it means. The snapshot is found before the index is loaded, so that one
 * made meanwhile is complete.
 */
export async function openNamed(
  work: RepositoryWork,
  context: OpenContext,
  word: string | undefined,
  filter: SnapshotFilter,
): Promise<NamedSnapshot & { readonly treeId: string }> {
  if (word === undefined) {
    throw new AppError('invalid-input', 'No snapshot was named.', { hint: 'Use ‘latest’ or an id.' });
  }
  const named = await loadSnapshot(work.repository, word, filter);
  await loadIndex(work, context);
  return { ...named, treeId: await findSubtree(work.repository, named.snapshot.tree, named.subfolder) };
}
