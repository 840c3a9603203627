import { expect, test } from 'vitest';
import { parseUserDirs } from '../../../../main/services/volumes/known-folders.ts';
import { isUserMount, parseMountInfo } from '../../../../main/services/volumes/mounts.ts';

const text = [
  '22 1 254:0 / / rw,relatime - ext4 /dev/vda1 rw',
  '23 22 0:21 / /proc rw - proc proc rw',
  '40 22 8:17 / /media/ann/Blue\\040SSD rw,nosuid shared:5 - ext4 /dev/sdb1 rw',
  '41 22 8:33 / /run/media/ann/STICK ro - vfat /dev/sdc1 ro',
  '42 22 8:49 / /data rw - xfs /dev/sdd1 rw',
  '43 22 8:50 / /home rw - xfs /dev/sdd2 rw',
  '44 22 0:50 / /srv/share rw - nfs4 server:/x rw',
  '45 22 7:1 / /snap/core/1 ro - squashfs /dev/loop1 ro',
  '46 22 8:1 / /boot/efi rw - vfat /dev/sda1 rw',
  '47 22 0:60 / /mnt/usb rw - fuseblk /dev/sde1 rw',
  'not a line',
  '',
].join('\n');

test('drives and shares of people are told from the parts of the system', () => {
  const drives = parseMountInfo(text).filter((mount) => isUserMount(mount, '/home/ann'));
  expect(drives.map(({ path, fsType, readOnly }) => [path, fsType, readOnly])).toEqual([
    ['/media/ann/Blue SSD', 'ext4', false],
    ['/run/media/ann/STICK', 'vfat', true],
    ['/data', 'xfs', false],
    ['/srv/share', 'nfs4', false],
    ['/mnt/usb', 'fuseblk', false],
  ]);
});

test('folders named in user-dirs.dirs, also translated, are found; the home itself means none', () => {
  const folders = parseUserDirs([
    '# comment', 'XDG_DESKTOP_DIR="$HOME/Schreibtisch"', 'XDG_DOCUMENTS_DIR="/data/Dokumente"',
    'XDG_MUSIC_DIR="$HOME/"', 'XDG_PICTURES_DIR="$HOME/Bil\\"der"', 'XDG_VIDEOS_DIR=relative',
  ].join('\n'), '/home/ann');
  expect(Object.fromEntries(folders)).toEqual({
    DESKTOP: '/home/ann/Schreibtisch', DOCUMENTS: '/data/Dokumente', PICTURES: '/home/ann/Bil"der',
  });
});
