import { expect, it } from 'vitest';
import { goModeOf, modeText, nodeTypeOfMode, posixPermissions } from '../../../../main/engine/snapshot/go-mode.ts';

it.each([
  [0o100_644, 'file', 420, '-rw-r--r--'], [0o040_755, 'dir', 2_147_484_141, 'drwxr-xr-x'],
  [0o120_777, 'symlink', 134_218_239, 'Lrwxrwxrwx'], [0o020_644, 'chardev', 69_206_436, 'Dcrw-r--r--'],
  [0o060_660, 'dev', 67_109_296, 'Drw-rw----'], [0o010_600, 'fifo', 0x0200_0180, 'prw-------'],
  [0o140_600, 'socket', 0x0100_0180, 'Srw-------'], [0o106_755, 'file', 0x00c0_01ed, 'ugrwxr-xr-x'],
  [0o041_777, 'dir', 0x8010_01ff, 'dtrwxrwxrwx'],
] as const)('translates mode %o', (stMode, type, mode, text) => {
  expect([nodeTypeOfMode(stMode), goModeOf(stMode), modeText(mode)]).toEqual([type, mode, text]);
  expect(posixPermissions(mode)).toBe(stMode & 0o7777);
});

it('calls anything else irregular', () => {
  expect(nodeTypeOfMode(0o160_000)).toBe('irregular');
});
