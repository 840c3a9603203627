import { AppError } from '../../../shared/errors.ts';
import { fs } from '../platform/native-fs.ts';
import { parseExcludeFile } from './exclude-file.ts';
import { selectRules, type SelectOptions, type SelectRules } from './select.ts';

const largestExcludeFile = 64 * 1024 * 1024;

/** Rules of options with the exclude files read; `invalid-input` for unreadable files and malformed patterns. */
export async function loadSelect(
  options: SelectOptions,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): Promise<SelectRules> {
  const read = async (paths: readonly string[]) => {
    const files = await Promise.all(paths.map(readExcludeFile));
    return files.flatMap((file) => parseExcludeFile(file, environment));
  };
  const [excludes, iexcludes] = await Promise.all([read(options.excludeFiles), read(options.iexcludeFiles)]);
  return selectRules(options, { excludes, iexcludes });
}

async function readExcludeFile(path: string): Promise<Buffer> {
  try {
    const { size } = await fs.promises.stat(path);
    if (size > largestExcludeFile) throw new Error('it is too large');
    return await fs.promises.readFile(path);
  } catch (error) {
    throw new AppError('invalid-input', `The exclude file ${path} cannot be read.`, {
      hint: 'Check its name and that your account may read it.',
      cause: error,
    });
  }
}
