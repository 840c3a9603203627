import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { systemClock } from '../../main/engine/platform/clock.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import { initRepository, openRepository } from '../../main/engine/repository/open-repository.ts';
import type { Repository } from '../../main/engine/repository/repository.ts';
import { openStorage } from '../../main/engine/storage/location.ts';
import { makeTempDir } from './temp-dir.ts';

const root = join(import.meta.dirname, '..', '..');
const node = process.execPath;

/** What a program said and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
}

export interface RunOptions {
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Keeps standard input open and presses Ctrl+C as soon as this is true. */
  readonly interruptWhen?: () => boolean;
  /** Called with the process as soon as it runs: to watch, signal or kill it. */
  readonly started?: (child: ChildProcess) => void;
}

/** Runs a program to its end; never throws for an exit code. */
export function runProgram(program: string, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  const { promise, resolve, reject } = Promise.withResolvers<Ended>();
  const env = { PATH: process.env['PATH'], HOME: process.env['HOME'], TZ: 'UTC', ...options.env };
  const child = spawn(program, args, { cwd: options.cwd, env, stdio: 'pipe' });
  const [out, err]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => err.push(chunk));
  child.stdin.on('error', () => undefined);
  const { interruptWhen } = options;
  if (interruptWhen === undefined) {
    child.stdin.end(options.input ?? '');
  } else {
    child.stdin.write(options.input ?? '');
    const poll = setInterval(() => {
      if (interruptWhen() && child.kill('SIGINT')) clearInterval(poll);
    }, 20);
  }
  child.on('error', reject);
  options.started?.(child);
  child.on('close', (code) => {
    const bytes = Buffer.concat(out);
    resolve({ code, bytes, stdout: bytes.toString('utf8'), stderr: Buffer.concat(err).toString('utf8') });
  });
  return promise;
}

/** One repository with a password, spoken to by Tidemark and by restic. */
export class TestRepository {
  readonly location: string;
  readonly password: string;

  constructor(location: string, password = 'a password') {
    this.location = location;
    this.password = password;
  }

  /** Makes it with a key that opens fast. */
  async quickInit(): Promise<void> {
    await initRepository(openStorage(this.location), {
      password: this.password,
      hostname: 'test',
      username: 'test',
      kdf: { N: 1024, r: 8, p: 1 },
      clock: systemClock,
      random: systemRandom,
    });
  }

  /** Opens it in this process. */
  async open(): Promise<Repository> {
    return await openRepository(openStorage(this.location), { password: this.password, clock: systemClock, random: systemRandom });
  }

  tidemark(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const env = { TIDEMARK_REPOSITORY: this.location, TIDEMARK_PASSWORD: this.password, ...options.env };
    return runProgram(node, [join(root, 'main/cli/main.ts'), ...args], { ...options, env });
  }

  restic(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const env = { RESTIC_REPOSITORY: this.location, RESTIC_PASSWORD: this.password, ...options.env };
    return runProgram('restic', ['--no-cache', ...args], { ...options, env });
  }

  /** Runs Tidemark and gives its output; throws when it fails. */
  async done(...args: string[]): Promise<string> {
    return expectDone(`tidemark ${args.join(' ')}`, await this.tidemark(args));
  }

  /** Runs restic and gives its output; throws when it fails. */
  async resticDone(...args: string[]): Promise<string> {
    return expectDone(`restic ${args.join(' ')}`, await this.restic(args));
  }
}

function expectDone(what: string, { code, stdout, stderr }: Ended): string {
  if (code !== 0) throw new Error(`${what} ended with ${code}:\n${stdout}\n${stderr}`);
  return stdout;
}

/** A new folder for one test file. */
export function temporaryFolder(name: string): string {
  return makeTempDir(`tidemark-${name}-`);
}

/** Writes files given as path → content below a folder. */
export function writeFiles(folder: string, files: Readonly<Record<string, string | Uint8Array>>): void {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}

/** Bytes that do not compress and are the same every time. */
export function noise(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = seed >>> 0 || 1;
  for (let at = 0; at < length; at += 1) {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    bytes[at] = state & 0xff;
  }
  return bytes;
}

/** The values of output that has one JSON value a line. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
}
