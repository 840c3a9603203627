import { isAbsolute, resolve } from 'node:path';
import { AppError } from '../../../shared/errors.ts';
import { LocalStorage } from './local-storage.ts';
import type { Storage } from './storage.ts';

/** Where a repository is, parsed. Prefixes have no leading or trailing slash. */
export type Location =
  | { readonly kind: 'local'; readonly path: string }
  | { readonly kind: 's3'; readonly endpoint: string; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'azure'; readonly container: string; readonly prefix: string }
  | { readonly kind: 'gs'; readonly bucket: string; readonly prefix: string }
  | { readonly kind: 'sftp'; readonly host: string; readonly user: string; readonly port: number; readonly path: string }
  | { readonly kind: 'webdav'; readonly url: URL }
  | { readonly kind: 'rest'; readonly url: URL }
  | { readonly kind: 'rclone'; readonly remote: string };

const titles: Readonly<Record<Location['kind'], string>> = {
  local: 'local folders',
  s3: 'S3 storage',
  azure: 'Azure storage',
  gs: 'Google Cloud storage',
  sftp: 'SFTP servers',
  webdav: 'WebDAV servers',
  rest: 'REST servers',
  rclone: 'rclone remotes',
};

function invalid(message: string): AppError {
  return new AppError('invalid-input', message, {
    hint: 'Use a path, or one of s3:https://host/bucket/prefix, azure:container:/prefix, gs:bucket:/prefix, '
      + 'sftp:user@host:/path, webdav:https://…, rest:https://…, rclone:remote:path.',
    retry: 'after-action',
  });
}

function trimSlashes(text: string): string {
  return text.replace(/^\/+|\/+$/g, '');
}

function webUrl(text: string, what: string): URL {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text)) {
    throw invalid(`${what} must start with https:// (or http://).`);
  }
  return new URL(text);
}

function parseS3(text: string): Location {
  const withScheme = /^[^/]+:\/\//.test(text) ? text : `https://${text.replace(/^\/\//, '')}`;
  const url = webUrl(withScheme, 'The address of S3 storage');
  const [bucket = '', ...rest] = trimSlashes(decodeURIComponent(url.pathname)).split('/');
  if (bucket === '') throw invalid('The address of S3 storage names no bucket.');
  return { kind: 's3', endpoint: url.origin, bucket, prefix: trimSlashes(rest.join('/')) };
}

function parseBucket(text: string, what: string): { readonly name: string; readonly prefix: string } {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  if (name === '' || name.includes('/') || colon < 0) throw invalid(`${what} must have the form name:/prefix.`);
  return { name, prefix: trimSlashes(text.slice(colon + 1)) };
}

function parseSftp(text: string): Location {
  if (text.startsWith('//')) {
    const url = URL.canParse(`sftp:${text}`) ? new URL(`sftp:${text}`) : undefined;
    if (url === undefined || url.hostname === '' || url.pathname.length < 2) {
      throw invalid('The address of an SFTP server must have the form sftp://user@host:port/path.');
    }
    // One slash separates, a second one makes the path absolute.
    const path = decodeURIComponent(url.pathname).slice(1);
    const port = url.port === '' ? 22 : Number(url.port);
    return { kind: 'sftp', host: url.hostname, user: decodeURIComponent(url.username), port, path };
  }
  const match = /^(?:([^@/:]+)@)?(\[[0-9a-fA-F:]+\]|[^:/@]+):(.+)$/.exec(text);
  if (match === null) throw invalid('The address of an SFTP server must have the form sftp:user@host:/path.');
  const [, user = '', host = '', path = ''] = match;
  return { kind: 'sftp', host: host.replace(/^\[|\]$/g, ''), user, port: 22, path };
}

function parseRclone(text: string): Location {
  if (!/^[^:]+:/.test(text)) throw invalid('The address of an rclone remote must have the form rclone:remote:path.');
  return { kind: 'rclone', remote: text };
}

function parseLocal(text: string): Location {
  if (text === '' || text.includes('\0')) throw invalid('The path of the destination is empty or invalid.');
  return { kind: 'local', path: isAbsolute(text) ? text : resolve(text) };
}

function looksLikePath(text: string): boolean {
  return isAbsolute(text) || /^\.{1,2}([/\\]|$)/.test(text) || /^[a-zA-Z]:[/\\]/.test(text);
}

/**
 * Parses a location text: a path, `local:path`, or the forms of the other storages. Relative paths become absolute by
 * the working directory. `invalid-input` for anything else.
 */
export function parseLocation(text: string): Location {
  const match = /^([a-z0-9]{2,}):(.*)$/s.exec(text);
  if (match === null || looksLikePath(text)) return parseLocal(text);
  const [, scheme = '', rest = ''] = match;
  switch (scheme) {
    case 'local':
      return parseLocal(rest);
    case 's3':
      return parseS3(rest);
    case 'azure': {
      const { name, prefix } = parseBucket(rest, 'The address of Azure storage');
      return { kind: 'azure', container: name, prefix };
    }
    case 'gs': {
      const { name, prefix } = parseBucket(rest, 'The address of Google Cloud storage');
      return { kind: 'gs', bucket: name, prefix };
    }
    case 'sftp':
      return parseSftp(rest);
    case 'webdav':
      return { kind: 'webdav', url: webUrl(rest, 'The address of a WebDAV server') };
    case 'rest':
      return { kind: 'rest', url: webUrl(rest, 'The address of a REST server') };
    case 'rclone':
      return parseRclone(rest);
    default:
      throw invalid(`"${scheme}:" is not a kind of destination. For a folder of that name, write local: in front.`);
  }
}

/** A location text without passwords, for people and logs. */
export function redactLocation(text: string): string {
  return text.replace(/(:\/\/[^/@:\s]*):[^@/\s]*@/g, '$1:***@');
}

/** The storage at a location; `unsupported` when its kind is not available. Touches nothing yet. */
export function openStorage(location: string | Location): Storage {
  const parsed = typeof location === 'string' ? parseLocation(location) : location;
  if (parsed.kind === 'local') return new LocalStorage(parsed.path);
  throw new AppError('unsupported', `This version of Tidemark cannot use ${titles[parsed.kind]} yet.`, {
    hint: 'Choose a folder on a disk or a mounted network drive.',
  });
}
