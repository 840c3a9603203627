/**
 * Carries text messages between two ends, in order, each at most once. Both ends speak JSON text, so that a
 * message port, a WebSocket and the in-memory pair behave alike and a message's size is known before it is parsed.
 */
export interface Transport {
  /** Hands over one message; after close it is dropped. Never throws. */
  readonly send: (text: string) => void;
  /** Sets the one listener; what arrived before is delivered first. Values that are no text arrive as they are. */
  readonly onMessage: (listener: (text: unknown) => void) => void;
  /** Adds a listener that is called once, when either end closed or the carrier broke (at once if that was before). */
  readonly onClose: (listener: () => void) => void;
  readonly close: () => void;
  /** Whether what was sent has not left yet, so that states are better held back; absent means never. */
  readonly congested?: () => boolean;
}

/** Longest request, in UTF-16 units. A restore plan of 10,000 places is the longest the page makes. */
export const maxRequestLength = 8 * 1024 * 1024;

/** Longest reply, in UTF-16 units. */
export const maxReplyLength = 64 * 1024 * 1024;

/** The receiving half that every transport needs: holds messages until a listener is there. */
export class Inbox {
  readonly #waiting: unknown[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #listener: ((text: unknown) => void) | undefined;
  #closed = false;

  get closed(): boolean {
    return this.#closed;
  }

  push(text: unknown): void {
    if (this.#closed) return;
    if (this.#listener === undefined) this.#waiting.push(text);
    else this.#listener(text);
  }

  listen(listener: (text: unknown) => void): void {
    this.#listener = listener;
    for (const text of this.#waiting.splice(0)) listener(text);
  }

  onClose(listener: () => void): void {
    if (this.#closed) listener();
    else this.#closeListeners.push(listener);
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    for (const listener of this.#closeListeners.splice(0)) listener();
  }
}
