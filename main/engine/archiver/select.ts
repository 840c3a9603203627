import { AppError } from '../../../shared/errors.ts';
import { compilePatterns } from './patterns.ts';

/**
 * What to leave out of a backup, as a person or a plan says it. Patterns are in restic's language (`patterns.ts`);
 * `excludeIfPresent` items are `name` or `name:text the file starts with`; `excludeLargerThan` is in bytes.
 */
export interface SelectOptions {
  readonly excludes: readonly string[];
  readonly iexcludes: readonly string[];
  readonly excludeFiles: readonly string[];
  readonly iexcludeFiles: readonly string[];
  readonly excludeCaches: boolean;
  readonly excludeIfPresent: readonly string[];
  readonly excludeLargerThan?: number;
}

/** Nothing is left out. */
export const selectEverything: SelectOptions = {
  excludes: [],
  iexcludes: [],
  excludeFiles: [],
  iexcludeFiles: [],
  excludeCaches: false,
  excludeIfPresent: [],
};

/** {@link SelectOptions} with the exclude files read: plain data that goes to workers. */
export interface SelectRules {
  readonly excludes: readonly string[];
  readonly iexcludes: readonly string[];
  readonly tags: readonly TagRule[];
  readonly excludeLargerThan: number | undefined;
  readonly platform: NodeJS.Platform;
}

/** A file whose presence (and beginning, unless empty) leaves out everything beside it. */
export interface TagRule {
  readonly name: string;
  readonly header: string;
}

/** Decides what is left out; pure, so the same for the same input in every thread. */
export interface Selector {
  /** Whether {@link Selector.excludesPath} can ever be true; lets callers skip splitting paths. */
  readonly hasPatterns: boolean;
  readonly tags: readonly TagRule[];
  /** `parts` as `pathParts` gives them, absolute. */
  excludesPath(parts: readonly string[]): boolean;
  /** Directories are never too large. */
  excludesSize(type: string, size: bigint): boolean;
}

const cacheTag: TagRule = { name: 'CACHEDIR.TAG', header: 'Signature: 8a477f597d28d172789f06886806bc55' };

/** Plain rules of options whose exclude files have been read; throws `invalid-input`. */
export function selectRules(
  options: SelectOptions,
  fromFiles: { readonly excludes: readonly string[]; readonly iexcludes: readonly string[] },
  platform: NodeJS.Platform = process.platform,
): SelectRules {
  const limit = options.excludeLargerThan;
  if (limit !== undefined && !(limit >= 0)) {
    throw new AppError('invalid-input', 'The size limit for files is not a size.', { hint: 'Use a number of bytes.' });
  }
  const tags = options.excludeIfPresent.map(parseTagRule);
  const rules: SelectRules = {
    excludes: [...options.excludes, ...fromFiles.excludes],
    iexcludes: [...options.iexcludes, ...fromFiles.iexcludes],
    tags: options.excludeCaches ? [...tags, cacheTag] : tags,
    excludeLargerThan: limit,
    platform,
  };
  compileSelect(rules);
  return rules;
}

function parseTagRule(text: string): TagRule {
  const colon = text.indexOf(':');
  const name = colon === -1 ? text : text.slice(0, colon);
  if (name === '' || name === '.' || name === '..' || name.includes('/')) {
    throw new AppError('invalid-input', `"${text}" is not the name of a file whose presence excludes its folder.`, {
      hint: 'Give a file name, or a file name, a colon, and how the file must start.',
    });
  }
  return { name, header: colon === -1 ? '' : text.slice(colon + 1) };
}

/** Compiles rules; throws `invalid-input` for a malformed pattern. */
export function compileSelect(rules: SelectRules): Selector {
  const exact = compilePatterns(rules.excludes, { platform: rules.platform });
  const folded = compilePatterns(rules.iexcludes, { platform: rules.platform, ignoreCase: true });
  const limit = rules.excludeLargerThan === undefined ? undefined : BigInt(Math.floor(rules.excludeLargerThan));
  return {
    hasPatterns: !exact.isEmpty || !folded.isEmpty,
    tags: rules.tags,
    excludesPath: (parts) => exact.matches(parts) || (!folded.isEmpty && folded.matches(parts)),
    excludesSize: (type, size) => limit !== undefined && type !== 'dir' && size > limit,
  };
}
