import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What @electron/fuses looks for in a runtime, then the version and the number of fuses. */
const fuseSentinel = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const fuseCount = 9;

/** The fuses in the order of the wire. */
export const fuseNames = [
  'runAsNode',
  'enableCookieEncryption',
  'enableNodeOptionsEnvironmentVariable',
  'enableNodeCliInspectArguments',
  'enableEmbeddedAsarIntegrityValidation',
  'onlyLoadAppFromAsar',
  'loadBrowserProcessSpecificV8Snapshot',
  'grantFileProtocolExtraPrivileges',
] as const;

/** A folder that electron-builder takes for Electron's runtime on Linux: no machine code, only the fuse wire. */
export function makeStubRuntime(version: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'tidemark-runtime-'));
  const wire = Buffer.concat([
    Buffer.from('#!/bin/sh\nexit 1\n'),
    Buffer.from(fuseSentinel),
    Buffer.from([1, fuseCount]),
    Buffer.from('1'.repeat(fuseCount)),
    Buffer.from('\n'),
  ]);
  writeFileSync(join(folder, 'electron'), wire, { mode: 0o755 });
  writeFileSync(join(folder, 'version'), version);
  writeFileSync(join(folder, 'LICENSE'), 'stub');
  writeFileSync(join(folder, 'LICENSES.chromium.html'), 'stub');
  mkdirSync(join(folder, 'locales'));
  writeFileSync(join(folder, 'locales', 'en-US.pak'), 'stub');
  return folder;
}

/** The state of each fuse in a packed executable. */
export function readFuses(executable: Buffer): Readonly<Record<string, boolean>> {
  const at = executable.indexOf(fuseSentinel) + fuseSentinel.length + 2;
  return Object.fromEntries(fuseNames.map((name, index) => [name, executable[at + index] === 0x31]));
}
