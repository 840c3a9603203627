import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp } from '../../main/app.ts';
import { systemClock } from '../../main/engine/platform/clock.ts';
import type { Clock } from '../../main/engine/platform/clock.ts';
import { systemRandom } from '../../main/engine/platform/random.ts';
import type { App } from '../../main/ports/app.ts';
import type { Logger } from '../../main/ports/logger.ts';
import { MemoryKeychain } from '../../main/services/keychain/memory-keychain.ts';
import type { TidemarkClient } from '../../shared/contract/contract.ts';
import { contract } from '../../shared/contract/contract.ts';
import type { Run } from '../../shared/contract/runs.ts';
import { connect } from '../../shared/rpc/connect.ts';
import { memoryTransportPair } from '../../shared/rpc/memory-transport.ts';
import { serve } from '../../shared/rpc/serve.ts';

/** A log that remembers, so that a test can look for secrets in it. */
export class MemoryLog implements Logger {
  readonly lines: string[] = [];
  debug = (message: string, facts?: object) => this.#add(message, facts);
  info = (message: string, facts?: object) => this.#add(message, facts);
  warn = (message: string, facts?: object) => this.#add(message, facts);
  error = (message: string, facts?: object) => this.#add(message, facts);

  #add(message: string, facts: object | undefined): void {
    this.lines.push(`${message} ${JSON.stringify(facts ?? {})}`);
  }
}

/** A computer of its own in a temporary folder: home, a drive, a profile, a keychain that outlives restarts. */
export class TestComputer implements AsyncDisposable {
  readonly folder: string;
  readonly keychain = new MemoryKeychain();
  readonly log = new MemoryLog();
  clock: Clock = systemClock;
  #app: App | undefined;
  #close: () => void = () => undefined;

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async make(): Promise<TestComputer> {
    const computer = new TestComputer(await realpath(await mkdtemp(join(tmpdir(), 'tidemark-app-'))));
    for (const name of ['home/Documents', 'drive', 'profile', 'cache', 'logs']) {
      await mkdir(join(computer.folder, name), { recursive: true });
    }
    return computer;
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  async write(name: string, content: string): Promise<void> {
    await mkdir(join(this.folder, name, '..'), { recursive: true });
    await writeFile(join(this.folder, name), content);
  }

  get app(): App {
    if (this.#app === undefined) throw new Error('not started');
    return this.#app;
  }

  /** Starts the application and connects a page to it over the contract, outputs checked. */
  async start(): Promise<TidemarkClient> {
    this.#app = await createApp({
      ports: { shell: 'headless', dialogs: null, notifications: null, tray: null, power: null },
      paths: { data: this.path('profile'), cache: this.path('cache'), logs: this.path('logs'), home: this.path('home') },
      clock: this.clock,
      random: systemRandom,
      logger: this.log,
      version: '0.0.0-test',
      keychain: this.keychain,
      kdf: { N: 1024, r: 8, p: 1 },
    });
    await this.#app.start();
    const [page, main] = memoryTransportPair();
    serve(contract, this.#app.handlers, main, { validateOutputs: true });
    this.#close = () => page.close();
    return connect(contract, page);
  }

  async stop(): Promise<void> {
    this.#close();
    await this.#app?.stop();
    this.#app = undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** The first state of a stream that fits; fails after two minutes. */
export async function until<T>(
  open: (signal: AbortSignal) => AsyncIterable<T>,
  fits: (state: T) => boolean,
): Promise<T> {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), 120_000);
  let last: T | undefined;
  try {
    for await (const state of open(abort.signal)) {
      last = state;
      if (fits(state)) return state;
    }
  } finally {
    clearTimeout(timer);
    abort.abort();
  }
  throw new Error(`never became true: ${JSON.stringify(last)}`);
}

/** The record of a run when it has ended. */
export async function ended(client: TidemarkClient, runId: string): Promise<Run> {
  const find = (runs: Run[]) => runs.find((run) => run.id === runId);
  const runs = await until(
    (signal) => client.runs.watch({}, signal),
    (state) => (find(state)?.state ?? 'running') !== 'running',
  );
  const run = find(runs);
  if (run === undefined) throw new Error('the run is not there');
  return run;
}
