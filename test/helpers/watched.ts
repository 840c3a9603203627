import { Observable } from '../../main/services/observable.ts';

/** A value and its followers: what a stream of main looks like from the page. */
export class Watched<T> extends Observable<T> {
  async *follow(signal?: AbortSignal): AsyncGenerator<T> {
    let changed = true;
    let wake: (() => void) | undefined;
    const follower = (): void => {
      changed = true;
      wake?.();
    };
    const following = this.subscribe(follower);
    signal?.addEventListener('abort', follower);
    try {
      for (;;) {
        if (signal?.aborted === true) return;
        if (changed) {
          changed = false;
          yield this.value;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      following[Symbol.dispose]();
      signal?.removeEventListener('abort', follower);
    }
  }
}
