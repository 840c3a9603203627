import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { browserCommand } from '../../../main/headless/browser.ts';
import { connectionOwner, isSameUser } from '../../../main/headless/guard.ts';

const table = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 0100007F:1234 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 1 1',
  '   1: 0100007F:1234 0100007F:C001 01 00000000:00000000 00:00000000 00000000  1000        0 2 1',
  '   2: 0100007F:C001 0100007F:1234 01 00000000:00000000 00:00000000 00000000  1007        0 3 1',
  '',
].join('\n');

describe('the other end of a connection', () => {
  it('is found in the table of the kernel', () => {
    expect(connectionOwner(table, 0xc001, 0x1234)).toBe(1007);
    expect(connectionOwner(table, 0x1234, 0xc001)).toBe(1000);
    expect(connectionOwner(table, 0xc002, 0x1234)).toBeUndefined();
    expect(connectionOwner('', 1, 2)).toBeUndefined();
  });

  it.runIf(process.platform === 'linux')('must be of the same user, where the system says whose it is', () => {
    const request = { socket: { remotePort: 0xc001, localPort: 0x1234 } } as unknown as IncomingMessage;
    const own = process.getuid?.() ?? 0;
    expect(isSameUser(request, () => table)).toBe(own === 1007);
    expect(isSameUser(request, () => table.replace('1007', String(own)))).toBe(true);
    expect(isSameUser(request, () => '')).toBe(true);
  });
});

describe('the browser', () => {
  it('is asked where there is a screen', () => {
    expect(browserCommand({ platform: 'linux', env: {} })).toBeNull();
    expect(browserCommand({ platform: 'linux', env: { DISPLAY: '' } })).toBeNull();
    expect(browserCommand({ platform: 'linux', env: { WAYLAND_DISPLAY: 'wayland-0' } })?.program).toBe('xdg-open');
    expect(browserCommand({ platform: 'darwin', env: {} })?.program).toBe('open');
    expect(browserCommand({ platform: 'win32', env: {} })?.program).toBe('rundll32');
  });
});
