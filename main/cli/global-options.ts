import type { OptionTable, OptionValues } from './options.ts';

/** Options that every verb understands; they may also stand before the verb. */
export const globalOptions = {
  repo: { kind: 'text', short: 'r', value: 'location', help: 'the repository (or $TIDEMARK_REPOSITORY, $RESTIC_REPOSITORY)' },
  'repository-file': { kind: 'text', value: 'file', help: 'read the location from a file (or $RESTIC_REPOSITORY_FILE)' },
  'password-file': { kind: 'text', short: 'p', value: 'file', help: 'read the password from a file (or $RESTIC_PASSWORD_FILE)' },
  'password-command': { kind: 'text', value: 'command', help: 'take the password from a command (or $RESTIC_PASSWORD_COMMAND)' },
  'insecure-no-password': { kind: 'flag', help: 'use an empty password' },
  'key-hint': { kind: 'text', value: 'id', help: 'key to try first (or $RESTIC_KEY_HINT)' },
  'no-lock': { kind: 'flag', help: 'take no lock (for reading a repository that cannot be written)' },
  'retry-lock': { kind: 'text', value: 'duration', help: 'keep trying to lock for this long, for example 5m' },
  compression: { kind: 'text', value: 'mode', help: 'auto, off, fastest, better or max (or $RESTIC_COMPRESSION; default auto)' },
  'pack-size': { kind: 'text', value: 'MiB', help: 'target size of pack files, 4 to 128 (or $RESTIC_PACK_SIZE; default 16)' },
  json: { kind: 'flag', help: 'write JSON messages' },
  quiet: { kind: 'flag', short: 'q', help: 'say only what matters' },
  verbose: { kind: 'count', short: 'v', help: 'say more (several times for even more)' },
  'no-cache': { kind: 'flag', help: 'accepted for scripts; there is no cache' },
  'cache-dir': { kind: 'text', value: 'folder', help: 'accepted for scripts; there is no cache' },
  'cleanup-cache': { kind: 'flag', help: 'accepted for scripts; there is no cache' },
  help: { kind: 'flag', short: 'h', help: 'show this help' },
} as const satisfies OptionTable;

export type GlobalValues = OptionValues<typeof globalOptions>;
