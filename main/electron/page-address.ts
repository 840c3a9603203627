/** The page's own scheme: not `file:`, which would give it rights beyond its own files. */
export const pageScheme = 'app';

/** As Chromium writes the origin of a standard scheme. */
export const pageOrigin = `${pageScheme}://tidemark`;

/** Whether an address is inside the page. Compared as text with its slash: no parser to disagree with Chromium's. */
export function isPageAddress(address: string): boolean {
  return address.startsWith(`${pageOrigin}/`);
}

/** What may be opened in the browser, by origin. */
const externalOrigins: ReadonlySet<string> = new Set(['https://restic.net', 'https://restic.readthedocs.io']);

export function isExternalAddress(address: string): boolean {
  return URL.canParse(address) && externalOrigins.has(new URL(address).origin);
}
