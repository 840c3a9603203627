import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeTempDir, removeTree } from './temp-dir.ts';

export interface ResticResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Whether the real restic is installed. */
export function hasRestic(): boolean {
  return spawnSync('restic', ['version']).status === 0;
}

/**
 * The real restic on one repository, with password file and cache in a folder of its own. Dispose it (`using`) to
 * remove that folder; the repository stays.
 */
export class Restic implements Disposable {
  readonly #scratch = makeTempDir('tidemark-restic-');
  readonly #repository: string;
  readonly #passwordFile: string;
  readonly #environment: Readonly<Record<string, string>>;

  constructor(repository: string, password: string, environment: Readonly<Record<string, string>> = {}) {
    this.#repository = repository;
    this.#environment = environment;
    this.#passwordFile = join(this.#scratch, 'password');
    writeFileSync(this.#passwordFile, password);
  }

  /** Runs restic and returns what it answered, whatever its exit code. */
  try(...parameters: readonly string[]): ResticResult {
    const common = ['-r', this.#repository, '-p', this.#passwordFile, '--cache-dir', join(this.#scratch, 'cache')];
    const { status, stdout, stderr, error } = spawnSync('restic', [...common, ...parameters], {
      encoding: 'utf8',
      maxBuffer: 512 * 1024 * 1024,
      env: { ...process.env, ...this.#environment },
    });
    if (error !== undefined) throw error;
    return { status, stdout, stderr };
  }

  /** Runs restic and returns its standard output; throws when it fails. */
  run(...parameters: readonly string[]): string {
    const { status, stdout, stderr } = this.try(...parameters);
    if (status !== 0) throw new Error(`restic ${parameters[0] ?? ''} ended with ${status}: ${stderr}${stdout}`);
    return stdout;
  }

  [Symbol.dispose](): void {
    removeTree(this.#scratch);
  }
}
