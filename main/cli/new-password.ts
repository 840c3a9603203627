import { systemIdentity } from '../engine/platform/process-identity.ts';
import type { OpenContext } from './open-repository.ts';
import type { OptionTable, OptionValues } from './options.ts';
import { findNewPassword } from './password.ts';

/** The options for a key that is made. */
export const newKeyOptions = {
  'new-password-file': { kind: 'text', value: 'file', help: 'read the new password from a file' },
  'new-password-command': { kind: 'text', value: 'command', help: 'take the new password from a command' },
  'new-insecure-no-password': { kind: 'flag', help: 'let the new password be empty' },
  user: { kind: 'text', value: 'name', help: 'user name noted in the key' },
  host: { kind: 'text', value: 'name', help: 'host name noted in the key' },
} as const satisfies OptionTable;

/** The new password, asked for twice on a terminal; never taken from the environment, where the old one may be. */
export async function newPassword(context: OpenContext, options: OptionValues<typeof newKeyOptions>): Promise<Buffer> {
  const sources = {
    file: options['new-password-file'],
    command: options['new-password-command'],
    none: options['new-insecure-no-password'],
    prefixes: ['TIDEMARK_NEW_'],
  };
  return await findNewPassword(sources, context.env, context.output.io, 'enter new password');
}

/** Who a key is noted for. */
export function keyLabel(options: OptionValues<typeof newKeyOptions>): { readonly hostname: string; readonly username: string } {
  const { hostname, username } = systemIdentity();
  return { hostname: options.host ?? hostname, username: options.user ?? username };
}
