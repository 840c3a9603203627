import { resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openStorage, parseLocation, redactLocation } from '../../../../main/engine/storage/location.ts';

describe('locations', () => {
  test.each([
    ['/srv/backup', { kind: 'local', path: '/srv/backup' }],
    ['relative/path', { kind: 'local', path: resolve('relative/path') }],
    ['./s3:odd', { kind: 'local', path: resolve('s3:odd') }],
    ['local:/srv/a:b', { kind: 'local', path: '/srv/a:b' }],
    ['local:odd:name', { kind: 'local', path: resolve('odd:name') }],
    ['s3:https://s3.example.com:9000/bucket/a/b/', {
      kind: 's3', endpoint: 'https://s3.example.com:9000', bucket: 'bucket', prefix: 'a/b',
    }],
    ['s3:http://host/bucket', { kind: 's3', endpoint: 'http://host', bucket: 'bucket', prefix: '' }],
    ['s3:s3.amazonaws.com/bucket/x', { kind: 's3', endpoint: 'https://s3.amazonaws.com', bucket: 'bucket', prefix: 'x' }],
    ['s3://host/bucket', { kind: 's3', endpoint: 'https://host', bucket: 'bucket', prefix: '' }],
    ['azure:container:/prefix/x', { kind: 'azure', container: 'container', prefix: 'prefix/x' }],
    ['gs:bucket:/', { kind: 'gs', bucket: 'bucket', prefix: '' }],
    ['sftp:user@host:/srv/repo', { kind: 'sftp', host: 'host', user: 'user', port: 22, path: '/srv/repo' }],
    ['sftp:host:repo', { kind: 'sftp', host: 'host', user: '', port: 22, path: 'repo' }],
    ['sftp:user@[::1]:/srv', { kind: 'sftp', host: '::1', user: 'user', port: 22, path: '/srv' }],
    ['sftp://user@host:2222//srv/repo', { kind: 'sftp', host: 'host', user: 'user', port: 2222, path: '/srv/repo' }],
    ['sftp://host/repo', { kind: 'sftp', host: 'host', user: '', port: 22, path: 'repo' }],
    ['webdav:https://host/dav/', { kind: 'webdav', url: new URL('https://host/dav/') }],
    ['rest:http://host:8000/repo/', { kind: 'rest', url: new URL('http://host:8000/repo/') }],
    ['rclone:remote:some/path', { kind: 'rclone', remote: 'remote:some/path' }],
  ])('%s is understood', (text, expected) => {
    expect(parseLocation(text)).toEqual(expected);
  });

  test.each([
    '', 'local:', 's3:', 's3:https://host', 's3:https://host/', 's3:ftp://host/bucket', 'azure:', 'azure:container',
    'gs::/x', 'gs:a/b:/x', 'sftp:', 'sftp:host', 'sftp://host', 'webdav:host', 'rest:ftp://host', 'rest:https://',
    'rclone:remote', 'rclone::x', 'swift:container:/x', 'foo:bar', 'a\0b',
  ])('%j is refused with an explanation', (text) => {
    expect(() => parseLocation(text)).toThrow(expect.objectContaining({ code: 'invalid-input' }));
  });

  test('of kinds that are not available yet open with a clear sentence', () => {
    for (const text of ['s3:https://h/b', 'azure:c:/', 'gs:b:/', 'sftp:h:/p', 'webdav:https://h/', 'rest:https://h/', 'rclone:r:p']) {
      expect(() => openStorage(text)).toThrow(
        expect.objectContaining({ code: 'unsupported', message: expect.stringMatching(/cannot use .+ yet/) }),
      );
    }
    expect(openStorage('/srv/backup').location).toBe('/srv/backup');
  });

  test('are shown without passwords', () => {
    expect(redactLocation('rest:https://me:secret@host/repo')).toBe('rest:https://me:***@host/repo');
    expect(redactLocation('sftp:me@host:/a@b')).toBe('sftp:me@host:/a@b');
  });
});
