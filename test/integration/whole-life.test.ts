import {
  appendFileSync, chmodSync, chownSync, existsSync, linkSync, lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, truncateSync,
  utimesSync, writeFileSync,
} from 'node:fs';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { applyMetadata } from '../../main/engine/platform/posix-helper.ts';
import { expectNoStack, filesOf } from '../helpers/faults.ts';
import { jsonLines, noise, TestRepository } from '../helpers/tidemark-cli.ts';
import { tempDir } from '../helpers/temp-dir.ts';
import { describeTree, type EntryFacts } from '../unit/engine/restorer/support.ts';

const rounds = 8;

/** Numbers that a seed repeats: mulberry32. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

/** A folder that changes at random, in content and in everything else a version keeps. */
class RandomFolder {
  readonly root: string;
  readonly #below: (below: number) => number;
  #serial = 0;

  constructor(root: string, below: (below: number) => number) {
    this.root = root;
    this.#below = below;
    mkdirSync(root);
  }

  mutate(times: number): void {
    for (let at = 0; at < times; at += 1) this.#once();
  }

  #entries(type: 'file' | 'dir'): string[] {
    return describeTree(this.root).filter((entry) => entry.type === type).map(({ path }) => Buffer.from(`${this.root}${path}`, 'latin1').toString());
  }

  #any(list: readonly string[]): string | undefined {
    return list[this.#below(Math.max(1, list.length))];
  }

  #newName(): string {
    const folder = this.#any([this.root, ...this.#entries('dir')]) ?? this.root;
    const odd = ['', ' ', '\n', '"', '\\', 'é', '😀', '-', '*'][this.#below(9)] ?? '';
    return join(folder, `${odd}n${(this.#serial += 1)}`);
  }

  #once(): void {
    const file = this.#any(this.#entries('file'));
    const anything = this.#any([...this.#entries('file'), ...this.#entries('dir')]);
    const sizes = [0, 1, 100, 5_000, 700_000, 1_600_000];
    const action = this.#below(14);
    if (file === undefined || anything === undefined || action < 4) {
      writeFileSync(this.#newName(), noise(sizes[this.#below(sizes.length)] ?? 0, this.#below(50) + 1));
    } else if (action === 4) mkdirSync(this.#newName());
    else if (action === 5) symlinkSync(this.#newName(), this.#newName());
    else if (action === 6) linkSync(file, this.#newName());
    else if (action === 7) appendFileSync(file, `line ${this.#serial}\n`);
    else if (action === 8) truncateSync(file, this.#below(lstatSync(file).size + 1));
    else if (action === 9) chmodSync(anything, [0o600, 0o755, 0o444, 0o1770, 0o4711][this.#below(5)] ?? 0o600);
    else if (action === 10) utimesSync(anything, this.#below(2 ** 31), this.#below(2 ** 31) + 0.25);
    else if (action === 11) this.#move(anything);
    else if (action === 12) rmSync(anything, { recursive: true });
    else this.#label(anything);
  }

  #move(from: string): void {
    const to = this.#newName();
    if (!to.startsWith(`${from}/`)) renameSync(from, to);
  }

  #label(path: string): void {
    if (process.getuid?.() === 0) chownSync(path, this.#below(60_000), this.#below(60_000));
    const set = [{ name: `user.k${this.#below(3)}`, value: Buffer.from([this.#below(256), 0]) }];
    const [answer] = applyMetadata([{ kind: 'xattrs', path: Buffer.from(path), set, remove: [] }]);
    if (answer instanceof Error) throw answer;
  }
}

async function restoreAndCompare(
  repository: TestRepository, id: string, source: string, remembered: readonly EntryFacts[], byUs: boolean,
): Promise<void> {
  const target = tempDir();
  const args = ['restore', id, '--target', target];
  await (byUs ? repository.done(...args, '--verify') : repository.resticDone(...args));
  const at = join(target, source);
  // An empty folder may be all there is.
  expect(existsSync(at) ? describeTree(at) : [], `${id} restored by ${byUs ? 'Tidemark' : 'restic'}`).toEqual(remembered);
  rmSync(target, { recursive: true, force: true });
}

it.runIf(process.platform === 'linux')('any life of a repository leaves every version as it was', async () => {
  const seed = Number(process.env['TIDEMARK_TEST_SEED'] ?? randomInt(2 ** 31));
  console.log(`whole life: TIDEMARK_TEST_SEED=${seed}`);
  const below = seeded(seed);
  const folder = tempDir();
  const source = join(folder, 'source');
  const repository = new TestRepository(join(folder, 'repository'));
  await repository.quickInit();
  const tree = new RandomFolder(source, below);
  tree.mutate(25);
  const versions = new Map<string, EntryFacts[]>();

  for (let round = 0; round < rounds; round += 1) {
    tree.mutate(6 + below(10));
    const remembered = describeTree(source);
    const maker = below(3);
    if (maker === 2) {
      const delay = below(900);
      const ended = await repository.tidemark(['backup', source, '--json', '--tag', 'killed'], {
        started: (child) => void setTimeout(() => child.kill('SIGKILL'), delay),
      });
      expectNoStack(ended);
      if (filesOf(repository, 'locks').length > 0) await repository.done('unlock');
    }
    const run = maker === 0 ? await repository.resticDone('backup', source, '--json') : await repository.done('backup', source, '--json');
    versions.set(String(jsonLines(run).at(-1)?.['snapshot_id']), remembered);
    await (below(2) === 0 ? repository.done('check', '--read-data') : repository.resticDone('check', '--read-data'));
    if (below(5) === 0) await repository.done('prune', '--max-unused', '0');
    const ids = [...versions.keys()];
    const id = ids[below(ids.length)] ?? '';
    await restoreAndCompare(repository, id, source, versions.get(id) ?? [], below(3) > 0);
  }
  await repository.resticDone('check', '--read-data');
}, 300_000);
