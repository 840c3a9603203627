import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../fixtures');

/** The JSON files of the fixtures whose names begin so: one kind of vectors may come in several files. */
export function fixturesNamed(prefix: string): { readonly name: string; readonly content: unknown }[] {
  return readdirSync(folder)
    .filter((name) => name.startsWith(prefix) && name.endsWith('.json'))
    .toSorted()
    .map((name) => ({ name, content: JSON.parse(readFileSync(join(folder, name), 'utf8')) as unknown }));
}
