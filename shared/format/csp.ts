/**
 * The page's content security policy, sent as a header by both shells. `connect-src 'self'` covers the WebSocket of
 * the page's own origin. Trusted types are off by name: nothing here writes HTML from strings.
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join('; ');
