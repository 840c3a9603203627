import { keepCompiledCode } from '../ports/shell/compile-cache.ts';
import { outputClosed, run } from './run.ts';

keepCompiledCode();

const interrupted = new AbortController();
let usesInput = false;

function interrupt(): void {
  if (interrupted.signal.aborted) process.exit(130);
  interrupted.abort();
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that went away (`tidemark ls | head`) is no failure, but locks still have to be released.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  interrupted.abort(outputClosed);
});

const code = await run({
  args: process.argv.slice(2),
  env: process.env,
  io: {
    get stdin() {
      usesInput = true;
      return process.stdin;
    },
    stdout: process.stdout,
    stderr: process.stderr,
  },
  signal: interrupted.signal,
});
// An input that stays open must not keep the program alive.
if (usesInput) process.stdin.destroy();
process.exitCode = interrupted.signal.reason === outputClosed ? 0 : code;
