import type { CustomScheme, Protocol } from 'electron';
import { contentSecurityPolicy } from '../../shared/format/csp.ts';
import { assetHeaders, findAsset } from '../ports/shell/page-assets.ts';
import type { PageAssets } from '../ports/shell/page-assets.ts';
import { isPageAddress, pageOrigin, pageScheme } from './page-address.ts';

/** To be registered before Electron is ready. Never `bypassCSP`. */
export const pageSchemes: CustomScheme[] = [
  { scheme: pageScheme, privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } },
];

/** Answers the page's scheme from the built files and nothing else. */
export function servePage(protocol: Pick<Protocol, 'handle'>, assets: PageAssets): void {
  protocol.handle(pageScheme, (request) => answerPage(assets, request));
}

export function answerPage(assets: PageAssets, { url, method }: Pick<Request, 'url' | 'method'>): Response {
  if (!isPageAddress(url)) return new Response(null, { status: 404 });
  if (method !== 'GET') return new Response(null, { status: 405, headers: { Allow: 'GET' } });
  const pathname = url.slice(pageOrigin.length).split(/[?#]/, 1)[0] ?? '/';
  const asset = findAsset(assets, pathname);
  if (asset === undefined) return new Response(null, { status: 404 });
  return new Response(asset.body, { headers: assetHeaders(asset, contentSecurityPolicy) });
}
