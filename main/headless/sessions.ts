import { createHash, randomBytes } from 'node:crypto';

/** Addresses that may be waiting to be opened, and browsers that may be signed in, at once. */
const maxTokens = 16;
const maxSessions = 64;

/**
 * Who may use the page. A token (in the fragment of an address, so that it is never sent in a request line) is good
 * for one exchange against a session; a session lives in a cookie until this process ends. Both are 256 random bits,
 * kept here as hashes only.
 */
export class Sessions {
  readonly #tokens = new Set<string>();
  readonly #sessions = new Set<string>();

  mintToken(): string {
    return remember(this.#tokens, maxTokens);
  }

  /** The new session for a token that was minted and not yet used; undefined otherwise. */
  exchange(token: string): string | undefined {
    return this.#tokens.delete(digest(token)) ? remember(this.#sessions, maxSessions) : undefined;
  }

  isSession(session: string | undefined): boolean {
    return session !== undefined && this.#sessions.has(digest(session));
  }
}

/** Makes a secret and keeps its hash; the oldest goes when there are too many. */
function remember(hashes: Set<string>, limit: number): string {
  const secret = randomBytes(32).toString('base64url');
  const oldest = hashes.values().next();
  if (hashes.size >= limit && oldest.done !== true) hashes.delete(oldest.value);
  hashes.add(digest(secret));
  return secret;
}

function digest(secret: string): string {
  return createHash('sha256').update(secret).digest('base64');
}
