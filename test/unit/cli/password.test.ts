import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, describe, expect, it } from 'vitest';
import type { Io } from '../../../main/cli/io.ts';
import { configuredPassword, findNewPassword, findPassword, passwordFromContent } from '../../../main/cli/password.ts';
import type { PasswordSources } from '../../../main/cli/password.ts';
import { splitCommand } from '../../../main/cli/split-command.ts';
import { makeTempDir, removeTree } from '../../helpers/temp-dir.ts';

const folder = makeTempDir();
afterAll(() => removeTree(folder));

const sources: PasswordSources = { file: undefined, command: undefined, none: false, prefixes: ['TIDEMARK_', 'RESTIC_'] };

function terminal(isTTY: boolean): Io & { stdin: PassThrough; stderr: PassThrough } {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  return { stdin, stdout: new PassThrough(), stderr: new PassThrough() };
}

describe('password content', () => {
  it.each<[string, Buffer]>([
    ['plain', Buffer.from('sécret\n')],
    ['spaces around', Buffer.from(' \tsécret \r\n')],
    ['a mark', Buffer.from('\ufeffsécret\r\n')],
    ['UTF-16 little endian', Buffer.from('\ufeffsécret\r\n', 'utf16le')],
    ['UTF-16 big endian', Buffer.from('\ufeffsécret\r\n', 'utf16le').swap16()],
  ])('reads %s', (_, content) => {
    expect(passwordFromContent(content).toString()).toBe('sécret');
  });

  it('keeps bytes that are not UTF-8', () => {
    expect(passwordFromContent(Buffer.from([0x20, 0xe9, 0x80, 0x0a]))).toEqual(Buffer.from([0xe9, 0x80]));
  });
});

describe('where a password comes from', () => {
  it('prefers options, then our variables, then restic’s', async () => {
    const file = join(folder, 'secret');
    writeFileSync(file, 'from-file\n');
    const env = { TIDEMARK_PASSWORD: ' ours ', RESTIC_PASSWORD: 'theirs', RESTIC_PASSWORD_FILE: file };
    expect(String(await configuredPassword({ ...sources, file }, env))).toBe('from-file');
    expect(String(await configuredPassword({ ...sources, command: "printf '%s' 'a b'" }, env))).toBe('a b');
    expect(String(await configuredPassword(sources, env))).toBe(' ours ');
    expect(String(await configuredPassword(sources, { RESTIC_PASSWORD: 'theirs' }))).toBe('theirs');
    expect(String(await configuredPassword(sources, { RESTIC_PASSWORD_FILE: file }))).toBe('from-file');
    expect(await configuredPassword(sources, {})).toBeUndefined();
    expect(String(await configuredPassword({ ...sources, none: true }, env))).toBe('');
  });

  it('says what is wrong with a file or command', async () => {
    const empty = join(folder, 'empty');
    writeFileSync(empty, '\n');
    await expect(configuredPassword({ ...sources, file: empty }, {})).rejects.toThrow(/empty password/);
    await expect(configuredPassword({ ...sources, file: join(folder, 'none') }, {})).rejects.toMatchObject({ code: 'not-found' });
    await expect(configuredPassword({ ...sources, command: 'false' }, {})).rejects.toThrow(/code 1/);
    await expect(configuredPassword({ ...sources, command: 'x', file: empty }, {})).rejects.toThrow(/exclude/);
  });

  it('asks on a terminal without echo, with corrections', async () => {
    const io = terminal(true);
    const answer = findPassword(sources, {}, io, 'enter password');
    io.stdin.write('wrongx\u0015sekret\u007f\u007f\u007fcret\r');
    expect(String((await answer).bytes)).toBe('sekcret');
    expect(String(io.stderr.read())).toBe('enter password: \n');
  });

  it('asks twice for a new password', async () => {
    const io = terminal(true);
    const answer = findNewPassword(sources, {}, io, 'enter new password');
    io.stdin.write('one\r');
    setTimeout(() => io.stdin.write('two\r'), 20);
    await expect(answer).rejects.toThrow(/not the same/);
  });

  it('stops on Ctrl+C', async () => {
    const io = terminal(true);
    const answer = findPassword(sources, {}, io, 'enter password');
    io.stdin.write('a\u0003');
    await expect(answer).rejects.toMatchObject({ code: 'cancelled' });
  });

  it('takes the first line of standard input otherwise', async () => {
    const io = terminal(false);
    io.stdin.end('piped\nrest');
    expect(String((await findPassword(sources, {}, io, 'x')).bytes)).toBe('piped');
    const closed = terminal(false);
    closed.stdin.end();
    await expect(findPassword(sources, {}, closed, 'x')).rejects.toThrow(/No password/);
  });
});

describe('splitCommand', () => {
  it('splits like a shell', () => {
    expect(splitCommand(`pass  show 'a b' "c \\"d" e\\ f ''`, 'linux')).toEqual(['pass', 'show', 'a b', 'c "d', 'e f', '']);
    expect(splitCommand('C:\\bin\\x.exe "a b"', 'win32')).toEqual(['C:\\bin\\x.exe', 'a b']);
    expect(() => splitCommand("a 'b", 'linux')).toThrow(/not closed/);
  });
});
