import type { NodeType } from './node.ts';

/** Go's FileMode bits above the permissions. Source: format section 10.4. */
export const goMode = {
  dir: 0x8000_0000,
  symlink: 0x0800_0000,
  device: 0x0400_0000,
  fifo: 0x0200_0000,
  socket: 0x0100_0000,
  setuid: 0x0080_0000,
  setgid: 0x0040_0000,
  charDevice: 0x0020_0000,
  sticky: 0x0010_0000,
  permissions: 0o777,
} as const;

const typeMask = 0o170_000;
const fileTypes = new Map<number, { readonly type: NodeType; readonly bits: number }>([
  [0o100_000, { type: 'file', bits: 0 }],
  [0o040_000, { type: 'dir', bits: goMode.dir }],
  [0o120_000, { type: 'symlink', bits: goMode.symlink }],
  [0o060_000, { type: 'dev', bits: goMode.device }],
  [0o020_000, { type: 'chardev', bits: goMode.device + goMode.charDevice }],
  [0o010_000, { type: 'fifo', bits: goMode.fifo }],
  [0o140_000, { type: 'socket', bits: goMode.socket }],
]);
const specialBits = [[0o4000, goMode.setuid], [0o2000, goMode.setgid], [0o1000, goMode.sticky]] as const;

/** The node type of a POSIX st_mode; anything the format has no type for is `irregular`. */
export function nodeTypeOfMode(stMode: number): NodeType {
  return fileTypes.get(stMode & typeMask)?.type ?? 'irregular';
}

/** Go's FileMode (unsigned 32 bits) of a POSIX st_mode. */
export function goModeOf(stMode: number): number {
  let mode = (stMode & goMode.permissions) + (fileTypes.get(stMode & typeMask)?.bits ?? 0);
  for (const [posix, go] of specialBits) {
    mode += stMode & posix ? go : 0;
  }
  return mode;
}

/** The POSIX permission bits of Go's FileMode, setuid, setgid and sticky included (what chmod takes). */
export function posixPermissions(mode: number): number {
  let permissions = mode & goMode.permissions;
  for (const [posix, go] of specialBits) {
    permissions |= mode & go ? posix : 0;
  }
  return permissions;
}

/** Mode text as Go and restic print it: letters for the special bits (`-` for none), then nine for permissions. */
export function modeText(mode: number): string {
  const letters = 'dalTLDpSugct?';
  let prefix = '';
  for (let bit = 0; bit < letters.length; bit += 1) {
    if (((mode >>> (31 - bit)) & 1) === 1) {
      prefix += letters.charAt(bit);
    }
  }
  const permissions = Array.from('rwxrwxrwx', (letter, i) => ((mode >>> (8 - i)) & 1 ? letter : '-')).join('');
  return `${prefix === '' ? '-' : prefix}${permissions}`;
}
