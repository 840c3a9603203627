import { spawn } from 'node:child_process';

interface Desktop {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
}

interface Command {
  readonly program: string;
  readonly args: readonly string[];
}

/** The command that opens an address in the default browser; null where there is no screen to show it on. */
export function browserCommand({ platform, env }: Desktop): Command | null {
  if (platform === 'darwin') return { program: 'open', args: [] };
  // Not `start`: the command shell would take parts of an address for commands.
  if (platform === 'win32') return { program: 'rundll32', args: ['url.dll,FileProtocolHandler'] };
  const hasScreen = [env['DISPLAY'], env['WAYLAND_DISPLAY']].some((name) => name !== undefined && name !== '');
  return hasScreen ? { program: 'xdg-open', args: [] } : null;
}

/** Opens the address if that is possible here. Resolves to whether a browser was asked; never rejects. */
export async function openInBrowser(address: string, desktop: Desktop = process): Promise<boolean> {
  const command = browserCommand(desktop);
  if (command === null) return false;
  const child = spawn(command.program, [...command.args, address], { stdio: 'ignore', detached: true });
  child.unref();
  return new Promise((resolve) => {
    child.once('spawn', () => resolve(true));
    child.once('error', () => resolve(false));
  });
}
