import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A program the suites drive for real, and the Debian package that brings it. */
interface SystemProgram {
  readonly program: string;
  readonly debianPackage: string;
}

const needed: readonly SystemProgram[] = [
  { program: 'chromium', debianPackage: 'chromium' },
  { program: 'restic', debianPackage: 'restic' },
  { program: 'perl', debianPackage: 'perl-base' },
  { program: 'getfattr', debianPackage: 'attr' },
  { program: 'gnome-keyring-daemon', debianPackage: 'gnome-keyring' },
  { program: 'dbus-run-session', debianPackage: 'dbus-daemon' },
  { program: 'tar', debianPackage: 'tar' },
];

function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

function missingPackages(): readonly string[] {
  return needed.filter(({ program }) => !isInstalled(program)).map(({ debianPackage }) => debianPackage);
}

/**
 * Installs what is missing where that needs no question (root on Debian); elsewhere throws an error that names it.
 * Nothing is done when all programs are there.
 */
export function ensureSystemPackages(): void {
  if (process.platform !== 'linux') {
    return;
  }
  const missing = missingPackages();
  if (missing.length === 0) {
    return;
  }
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    throw new Error(`The tests need these packages: ${missing.join(' ')}. Install them and start again.`);
  }
  console.log(`Installing ${missing.join(' ')}`);
  const apt = (...args: string[]): void => {
    const { status } = spawnSync('apt-get', args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
    if (status !== 0) {
      throw new Error(`apt-get ${args.join(' ')} failed. Install these packages by hand: ${missing.join(' ')}`);
    }
  };
  apt('update', '-qq');
  apt('install', '-y', '-qq', '--no-install-recommends', 'fonts-dejavu-core', ...missing);
  const still = missingPackages();
  if (still.length > 0) {
    throw new Error(`Still missing after the installation: ${still.join(' ')}`);
  }
}
