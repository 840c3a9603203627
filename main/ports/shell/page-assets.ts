import { readFileSync, readdirSync } from 'node:fs';
import { extname, join } from 'node:path';
import { AppError } from '../../../shared/errors.ts';

/** One file of the built page. */
export interface PageAsset {
  readonly body: Buffer<ArrayBuffer>;
  readonly type: string;
  /** Whether its name changes with its content, so that it may be kept for ever. */
  readonly immutable: boolean;
}

/** The files of the built page by their path from the root ("/assets/x.js"). What is not in here does not exist. */
export type PageAssets = ReadonlyMap<string, PageAsset>;

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
};

/**
 * Reads the built page into memory once: no request ever becomes a path on the disk, and a build while this runs
 * changes nothing. Takes `node:fs` on purpose: in the packaged application the page lies in the archive.
 */
export function loadPageAssets(folder: string): PageAssets {
  const assets = new Map<string, PageAsset>();
  const visit = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = `${below}/${entry.name}`;
      const type = types[extname(entry.name)];
      if (entry.isDirectory()) visit(path);
      else if (type !== undefined) {
        assets.set(path, { body: readFileSync(join(folder, path)), type, immutable: path.startsWith('/assets/') });
      }
    }
  };
  try {
    visit('');
  } catch (error) {
    throw new AppError('not-found', 'The page of Tidemark is not there.', {
      hint: 'Run "npm run build".',
      cause: error,
    });
  }
  if (!assets.has('/index.html')) {
    throw new AppError('not-found', 'The page of Tidemark is not complete.', { hint: 'Run "npm run build".' });
  }
  return assets;
}

/** The asset for a request path. Addresses inside the page (no dot in the last part) are the page itself. */
export function findAsset(assets: PageAssets, pathname: string): PageAsset | undefined {
  const isAddress = !pathname.slice(pathname.lastIndexOf('/') + 1).includes('.');
  return assets.get(pathname) ?? (isAddress ? assets.get('/index.html') : undefined);
}

/** The headers that go with an asset in both shells. */
export function assetHeaders(asset: PageAsset, contentSecurityPolicy: string): Readonly<Record<string, string>> {
  return {
    'Content-Type': asset.type,
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    'Referrer-Policy': 'no-referrer',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Cache-Control': asset.immutable ? 'private, max-age=31536000, immutable' : 'no-store',
  };
}
