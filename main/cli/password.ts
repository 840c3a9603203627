import { spawn } from 'node:child_process';
import { AppError } from '../../shared/errors.ts';
import { fs } from '../engine/platform/native-fs.ts';
import type { Io } from './io.ts';
import { promptLine, readLine } from './prompt.ts';
import { splitCommand } from './split-command.ts';
import { decodeText } from './text-file.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/** Where a password comes from, in the order in which the places are asked. */
export interface PasswordSources {
  readonly file: string | undefined;
  readonly command: string | undefined;
  readonly none: boolean;
  /** Beginnings of environment variables: `TIDEMARK_` before `RESTIC_`. */
  readonly prefixes: readonly string[];
}

/** A password with the place it came from; one that was typed may be asked for again. */
export interface FoundPassword {
  readonly bytes: Buffer;
  readonly typed: boolean;
}

const maximumPasswordFile = 1024 * 1024;

/**
 * The password in the content of a file or the output of a command: UTF-8 with or without mark, UTF-16 with
 * mark, without white space around it; other bytes are taken as they are.
 */
export function passwordFromContent(content: Buffer): Buffer {
  const hasUtf16Mark = content.length >= 2 && [0xfffe, 0xfeff].includes(content.readUInt16BE(0));
  if (hasUtf16Mark || Buffer.from(content.toString('utf8')).equals(content)) return Buffer.from(decodeText(content).trim());
  let [start, end] = [0, content.length];
  const isSpace = (byte: number | undefined): boolean => byte === 0x20 || (byte !== undefined && byte >= 9 && byte <= 13);
  while (start < end && isSpace(content[start])) start += 1;
  while (end > start && isSpace(content[end - 1])) end -= 1;
  return content.subarray(start, end);
}

async function fromFile(path: string): Promise<Buffer> {
  try {
    const { size } = await fs.promises.stat(path);
    if (size > maximumPasswordFile) throw new AppError('too-large', `${path} is too large for a password file.`);
    return passwordFromContent(await fs.promises.readFile(path));
  } catch (error) {
    if (error instanceof AppError) throw error;
    throw new AppError('not-found', `The password file ${path} cannot be read: ${(error as Error).message}.`, {
      hint: 'Check the path and the permissions of the file.',
      cause: error,
    });
  }
}

async function fromCommand(command: string): Promise<Buffer> {
  const [program, ...args] = splitCommand(command);
  if (program === undefined) throw new AppError('invalid-input', 'The password command is empty.');
  const child = spawn(program, args, { stdio: ['inherit', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const failed = (why: string): AppError =>
    new AppError('invalid-input', `The password command ${why}.`, { hint: 'Run the command alone to see what it says.' });
  child.on('error', (error) => reject(failed(`could not be started: ${error.message}`)));
  child.on('close', (code) => {
    if (code === 0) resolve(passwordFromContent(Buffer.concat(chunks)));
    else reject(failed(`ended with code ${code}`));
  });
  return await promise;
}

function noEmpty(password: Buffer): Buffer {
  if (password.length > 0) return password;
  throw new AppError('invalid-input', 'An empty password is not allowed.', {
    hint: 'To really have no password, use --insecure-no-password.',
  });
}

/** The password from options or environment, or undefined when it has to be asked for. */
export async function configuredPassword(sources: PasswordSources, env: Environment): Promise<Buffer | undefined> {
  if (sources.none) return Buffer.alloc(0);
  if (sources.file !== undefined && sources.command !== undefined) {
    throw new AppError('invalid-input', 'A password file and a password command exclude each other.');
  }
  if (sources.file !== undefined) return noEmpty(await fromFile(sources.file));
  if (sources.command !== undefined) return noEmpty(await fromCommand(sources.command));
  for (const prefix of sources.prefixes) {
    const value = (name: string): string | undefined => env[`${prefix}${name}`] || undefined;
    const [command, file, password] = [value('PASSWORD_COMMAND'), value('PASSWORD_FILE'), value('PASSWORD')];
    if (command !== undefined) return noEmpty(await fromCommand(command));
    if (file !== undefined) return noEmpty(await fromFile(file));
    if (password !== undefined) return Buffer.from(password);
  }
  return undefined;
}

/** The password from options, environment, the terminal, or (without a terminal) the first line of standard input. */
export async function findPassword(
  sources: PasswordSources,
  env: Environment,
  io: Io,
  prompt: string,
): Promise<FoundPassword> {
  const configured = await configuredPassword(sources, env);
  if (configured !== undefined) return { bytes: configured, typed: false };
  if (io.stdin.isTTY === true) return { bytes: noEmpty(Buffer.from(await promptLine(io, `${prompt}: `))), typed: true };
  const line = await readLine(io.stdin);
  if (line === undefined) {
    throw new AppError('invalid-input', 'No password was given.', {
      hint: 'Use --password-file, --password-command or $TIDEMARK_PASSWORD.',
    });
  }
  return { bytes: noEmpty(Buffer.from(line)), typed: false };
}

/** A new password: asked for twice on a terminal. */
export async function findNewPassword(
  sources: PasswordSources,
  env: Environment,
  io: Io,
  prompt: string,
): Promise<Buffer> {
  const found = await findPassword(sources, env, io, prompt);
  if (found.typed && !Buffer.from(await promptLine(io, 'enter password again: ')).equals(found.bytes)) {
    throw new AppError('invalid-input', 'The two passwords are not the same.');
  }
  return found.bytes;
}
