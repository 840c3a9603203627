import { AppError } from '../../shared/errors.ts';
import { compilePatterns, pathParts } from '../engine/archiver/patterns.ts';
import { fs } from '../engine/platform/native-fs.ts';
import type { Selection } from '../engine/restorer/restore-plan.ts';
import { decodeText } from './text-file.ts';

/** The patterns of --include, --exclude and their variants. */
export interface RestorePatterns {
  readonly include: readonly string[];
  readonly iinclude: readonly string[];
  readonly exclude: readonly string[];
  readonly iexclude: readonly string[];
}

/** The patterns in files: one a line, # comments and empty lines left out. */
export async function patternsOfFiles(files: readonly string[]): Promise<string[]> {
  const patterns: string[] = [];
  for (const file of files) {
    const content = await fs.promises.readFile(file).catch((error: unknown) => {
      throw new AppError('not-found', `The pattern file ${file} cannot be read.`, { cause: error });
    });
    const lines = decodeText(content).split(/\r?\n/).map((line) => line.trim());
    patterns.push(...lines.filter((line) => line !== '' && !line.startsWith('#')));
  }
  return patterns;
}

/** Which entries are restored; undefined when all are. Includes and excludes exclude each other. */
export function restoreSelection(
  patterns: RestorePatterns,
): ((path: Buffer, isDirectory: boolean) => Selection) | undefined {
  const hasIncludes = patterns.include.length + patterns.iinclude.length > 0;
  const hasExcludes = patterns.exclude.length + patterns.iexclude.length > 0;
  if (hasIncludes && hasExcludes) {
    throw new AppError('invalid-input', '--include and --exclude do not go together.');
  }
  if (!hasIncludes && !hasExcludes) return undefined;
  const { platform } = process;
  const exact = compilePatterns(hasIncludes ? patterns.include : patterns.exclude, { platform });
  const folded = compilePatterns(hasIncludes ? patterns.iinclude : patterns.iexclude, { platform, ignoreCase: true });
  return (path, isDirectory) => {
    const parts = pathParts(path);
    const matched = exact.matches(parts) || folded.matches(parts);
    if (!hasIncludes) return { take: !matched, descend: !matched && isDirectory };
    return { take: matched, descend: isDirectory && (matched || exact.mayMatchBelow(parts) || folded.mayMatchBelow(parts)) };
  };
}
