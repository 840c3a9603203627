import { spawn } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** What a finished command left behind. */
export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandOptions {
  readonly password?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly stdin?: string | Buffer;
  /** Called with the child once it runs: to kill or interrupt it. */
  readonly started?: (child: ReturnType<typeof spawn>) => void;
}

function run(program: string, args: readonly string[], options: CommandOptions, env: NodeJS.ProcessEnv) {
  return new Promise<CommandResult>((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd ?? root, env: { ...env, ...options.env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGKILL' ? 137 : 1), stdout, stderr }));
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.stdin ?? '');
    options.started?.(child);
  });
}

/** Runs the real command line in a process of its own; never throws for a failed command. */
export function tidemark(
  repository: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return run(process.execPath, [join(root, 'main/cli/main.ts'), ...args], options, {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TIDEMARK_REPOSITORY: repository,
    TIDEMARK_PASSWORD: options.password ?? 'correct horse',
  });
}

/** Runs Debian's restic on the same repository with the same password. */
export function resticCommand(
  repository: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  return run('restic', ['--no-cache', ...args], options, {
    PATH: process.env['PATH'],
    HOME: process.env['HOME'],
    TZ: process.env['TZ'],
    RESTIC_REPOSITORY: repository,
    RESTIC_PASSWORD: options.password ?? 'correct horse',
  });
}
