import { chmodSync, cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ErrorCode } from '../../shared/errors.ts';
import { systemClock } from '../../main/engine/platform/clock.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { openRepository } from '../../main/engine/repository/open-repository.ts';
import type { Repository } from '../../main/engine/repository/repository.ts';
import { openStorage } from '../../main/engine/storage/location.ts';
import { jsonLines, TestRepository, type Ended } from './tidemark-cli.ts';

/** One way to damage a file: what it is called and what the file holds afterwards. */
export type Damage = readonly [name: string, change: (good: Buffer) => Buffer];

/** The three things that happen to files on disks. */
export const damages: readonly Damage[] = [
  ['a flipped bit', (good) => flipped(good, good.length >> 1)],
  ['its second half cut off', (good) => good.subarray(0, good.length >> 1)],
  ['nothing in it', () => Buffer.alloc(0)],
];

/** A copy of `bytes` with one bit at `at` changed. */
export function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** Overwrites a file of a repository, which is marked read-only. */
export function overwrite(path: string, bytes: Uint8Array): void {
  chmodSync(path, 0o600);
  writeFileSync(path, bytes);
}

/** The files of one folder of a repository (`config` is a file), the largest first. */
export function filesOf(repository: TestRepository, kind: string): string[] {
  const root = join(repository.location, kind);
  if (statSync(root).isFile()) return [root];
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((name) => join(root, name))
    .filter((path) => statSync(path).isFile())
    .toSorted((a, b) => statSync(b).size - statSync(a).size || (a < b ? -1 : 1));
}

/** Every file of a repository with its bytes: equal inventories mean that nothing was changed. */
export function inventory(repository: TestRepository): Map<string, string> {
  const files = filesOf(repository, '.').toSorted();
  return new Map(files.map((path) => [path.slice(repository.location.length), readFileSync(path, 'latin1')]));
}

/** A copy of a repository at another place, to be damaged. */
export function copyTo(repository: TestRepository, location: string): TestRepository {
  cpSync(repository.location, location, { recursive: true });
  return new TestRepository(location, repository.password);
}

/** Opens a repository in this process with its index, to forge what no program writes. */
export async function openForging({ location, password }: TestRepository): Promise<Repository> {
  const repository = await openRepository(openStorage(location), { password, clock: systemClock, random: systemRandom });
  await repository.loadIndex();
  return repository;
}

/** No fault may show its insides: neither a stack nor an error without words. */
export function expectNoStack({ stderr, stdout }: Ended): void {
  for (const text of [stderr, stdout]) {
    expect(text).not.toMatch(/^\s+at .+[:(]/m);
    expect(text).not.toMatch(/node:internal|Unhandled|\bundefined\b|\[object |This is a fault in Tidemark/);
  }
}

/** A command run with `--json` failed as specified: exit code, error code, a sentence and a hint. */
export function expectFailure(ended: Ended, code: number, error: ErrorCode, message = /./): void {
  expectNoStack(ended);
  // Warnings may come before it.
  const last = jsonLines(ended.stderr.trimEnd().split('\n').at(-1) ?? '').at(-1) as { message?: string } | undefined;
  expect([ended.code, last]).toEqual([code, expect.objectContaining({ message_type: 'exit_error', code, error: { code: error } })]);
  expect(last?.message).toMatch(message);
  expect(last?.message, 'a hint').toMatch(/[.…]\n\S/);
}

/** A finished command with what it cost. */
export interface Measured extends Ended {
  readonly peakBytes: number;
  readonly milliseconds: number;
}

/** Runs Tidemark and watches the most memory it had; Linux only. */
export async function measured(repository: TestRepository, args: readonly string[]): Promise<Measured> {
  let peakBytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const started = performance.now();
  const ended = await repository.tidemark(args, {
    started: ({ pid }) => {
      timer = setInterval(() => {
        try {
          const status = readFileSync(`/proc/${pid}/status`, 'latin1');
          peakBytes = Math.max(peakBytes, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024);
        } catch {
          // It has ended.
        }
      }, 20);
    },
  });
  clearInterval(timer);
  return { ...ended, peakBytes, milliseconds: performance.now() - started };
}
