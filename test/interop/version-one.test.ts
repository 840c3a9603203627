import { rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noise, temporaryFolder, TestRepository, writeFiles } from '../helpers/tidemark-cli.ts';
import { describeTree } from '../unit/engine/restorer/support.ts';

const folder = temporaryFolder('version-one');
const source = join(folder, 'source');

beforeAll(() => {
  writeFiles(source, {
    'text.txt': 'tide '.repeat(300_000),
    'deep/noise.bin': noise(3_000_000, 3),
    'deep/é "q" \n': 'odd name',
    empty: '',
  });
  symlinkSync('text.txt', join(source, 'link'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['restic', 'tidemark'] as const)('a repository of version 1 made by %s', (maker) => {
  const repository = new TestRepository(join(folder, maker));

  it('is read, checked, restored and written to by both', async () => {
    const init = ['init', '--repository-version', '1'];
    await (maker === 'restic' ? repository.resticDone(...init) : repository.done(...init));
    expect(JSON.parse(await repository.resticDone('cat', 'config'))).toMatchObject({ version: 1 });
    await repository.resticDone('backup', source, '--quiet');
    await repository.done('check', '--read-data');
    const before = describeTree(source);
    const target = join(folder, `${maker}-restored`);
    await repository.done('restore', 'latest', '--target', target, '--verify');
    expect(describeTree(join(target, source))).toEqual(before);

    writeFileSync(join(source, `new-${maker}`), noise(1_200_000, maker.length));
    const raw = async (): Promise<number> =>
      (JSON.parse(await repository.resticDone('stats', '--mode', 'raw-data', '--json')) as { total_size: number }).total_size;
    const size = await raw();
    await repository.done('backup', source);
    expect((await raw()) - size).toBeLessThan(1_250_000);
    await repository.resticDone('check', '--read-data');
    const after = describeTree(source);
    const byRestic = join(folder, `${maker}-by-restic`);
    await repository.resticDone('restore', 'latest', '--target', byRestic);
    expect(describeTree(join(byRestic, source))).toEqual(after);

    // Rewriting what is stored keeps the version too.
    await repository.done('tag', '--add', 'kept', 'latest');
    await repository.done('forget', '--keep-last', '1', '--prune', '--max-unused', '0');
    await repository.resticDone('check', '--read-data');
    await repository.done('repair', 'index', '--read-all-packs');
    await repository.resticDone('check', '--read-data');
    const compressed = await repository.tidemark(['backup', source, '--compression', 'max', '-q']);
    expect([0, 1]).toContain(compressed.code);
    await repository.resticDone('check', '--read-data');
  });
});
