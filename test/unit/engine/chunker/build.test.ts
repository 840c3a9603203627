import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { compileRabin } from '../../../../main/engine/chunker/build.ts';

it('has the committed module built from the committed source', async () => {
  const committed = readFileSync(
    new URL('../../../../main/engine/chunker/rabin-wasm.generated.ts', import.meta.url), 'utf8');
  expect(await compileRabin()).toBe(committed);
});
