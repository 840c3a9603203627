/** What `npm start` runs: the desktop app where it can, else the page in a browser, after one line that says why. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { errorFacts } from '../shared/errors.ts';
import { keepCompiledCode } from './ports/shell/compile-cache.ts';
import { build, desktopBuild, pageBuild } from './start/build.ts';
import { fetchRuntime, findRuntime, obstacle, runDesktop } from './start/desktop.ts';

const root = join(import.meta.dirname, '..');
const print = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

interface Options {
  readonly headless: boolean;
  readonly open: boolean;
  readonly port: number;
  readonly profile: string | undefined;
}

function options(): Options {
  const { values } = parseArgs({
    options: {
      headless: { type: 'boolean', default: false },
      'no-open': { type: 'boolean', default: false },
      port: { type: 'string', default: '0' },
      profile: { type: 'string' },
    },
  });
  return {
    headless: values.headless,
    open: !values['no-open'],
    port: Number(values.port),
    profile: values.profile,
  };
}

/** The exit code of the desktop app, or why there is none. */
async function startDesktop({ profile }: Options): Promise<number | string> {
  const machine = { platform: process.platform, env: process.env, isRoot: process.getuid?.() === 0 };
  const reason = obstacle(machine);
  if (reason !== null) return reason;
  if (findRuntime(root, machine) === null) {
    const failure = await fetchRuntime(root, () => print("Fetching Electron's runtime, once, for a minute at most."));
    if (failure !== null) return failure;
  }
  const runtime = findRuntime(root, machine);
  if (runtime === null) return "Electron's runtime is not there";
  build(root, desktopBuild);
  const code = await runDesktop(runtime, root, profile === undefined ? [] : [`--profile=${profile}`]);
  return code ?? 'the desktop app did not come up on this system';
}

async function startHeadless({ open, port, profile }: Options): Promise<number> {
  build(root, pageBuild);
  keepCompiledCode(profile);
  const { serveUntilStopped } = await import('./headless/serve.ts');
  return serveUntilStopped({ open, port, ...(profile === undefined ? {} : { profile }) }, print);
}

async function main(): Promise<number> {
  const chosen = options();
  if (chosen.headless) return startHeadless(chosen);
  const outcome = await startDesktop(chosen);
  if (typeof outcome === 'number') return outcome;
  print(`Tidemark runs in the browser: ${outcome}.`);
  return startHeadless(chosen);
}

try {
  // Not `exitCode` alone: a browser that was opened must not keep this process.
  process.exit(await main());
} catch (error) {
  const { message, hint, code } = errorFacts(error);
  process.stderr.write(`${message}${code === 'internal' ? '' : ` ${hint}`}\n`);
  process.exit(1);
}
