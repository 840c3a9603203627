import { AppError } from '../../../shared/errors.ts';
import { isIrreducible } from '../chunker/polynomial.ts';
import { damagedFile } from './damage.ts';
import { isId } from './ids.ts';
import { parseObject } from './json.ts';
import type { RepositoryConfig, RepositoryVersion } from './types.ts';

/** Highest degree of a chunker polynomial that the chunker can work with. */
const largestPolynomial = 2n ** 54n - 1n;

/** The JSON of the config (format section 5), with the fields of other programs. */
export function encodeConfig({ version, id, polynomial, extra }: RepositoryConfig): Buffer {
  return Buffer.from(JSON.stringify({ version, id, chunker_polynomial: polynomial.toString(16), ...extra }));
}

/** The config that such JSON holds. `unsupported-version` for versions this program does not know, else `damaged`. */
export function decodeConfig(json: Uint8Array): RepositoryConfig {
  const value = parseObject(json);
  if (value === undefined) throw damagedFile('config', '', 'it is not a JSON object');
  const { version, id, chunker_polynomial: polynomial, ...extra } = value;
  if (!isVersion(version)) {
    if (typeof version !== 'number') throw damagedFile('config', '', 'it names no format version');
    throw new AppError('unsupported-version', `The repository has format version ${version}, which is not known.`, {
      hint: 'Install the newest version of Tidemark, or use the program that wrote it.',
      context: { version },
    });
  }
  if (!isId(id)) throw damagedFile('config', '', 'its id is not valid');
  if (typeof polynomial !== 'string' || !/^[0-9a-f]{1,16}$/.test(polynomial)) {
    throw damagedFile('config', '', 'its chunker polynomial is not valid');
  }
  const parsed = BigInt(`0x${polynomial}`);
  if (parsed > largestPolynomial || !isIrreducible(parsed)) {
    throw damagedFile('config', '', 'its chunker polynomial is not irreducible');
  }
  return { version, id, polynomial: parsed, extra };
}

function isVersion(value: unknown): value is RepositoryVersion {
  return value === 1 || value === 2;
}
