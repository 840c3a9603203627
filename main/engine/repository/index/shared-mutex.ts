import { AppError } from '../../../../shared/errors.ts';

const free = 0;
const held = 1;
const contended = 2;
const spins = 200;
const waitMilliseconds = 1000;
const longestWaits = 60;

/** Sleeps until the word is likely free; threads that may not sleep come back at once and spin. */
function pause(words: Int32Array, at: number): 'timed-out' | 'again' {
  try {
    return Atomics.wait(words, at, contended, waitMilliseconds) === 'timed-out' ? 'timed-out' : 'again';
  } catch {
    return 'again';
  }
}

/**
 * Takes the mutex in word `at` of shared memory; not reentrant. Throws `internal` when it stays held for a minute,
 * which only happens when a thread was stopped inside its critical section.
 */
export function lockMutex(words: Int32Array, at: number): void {
  for (let spin = 0; spin < spins; spin += 1) {
    if (Atomics.compareExchange(words, at, free, held) === free) return;
  }
  let timeouts = 0;
  while (Atomics.exchange(words, at, contended) !== free) {
    if (pause(words, at) === 'timed-out') timeouts += 1;
    if (timeouts >= longestWaits) {
      throw new AppError('internal', 'The index in memory is blocked by a thread that stopped.');
    }
  }
}

/** Gives the mutex back and wakes one waiting thread. */
export function unlockMutex(words: Int32Array, at: number): void {
  if (Atomics.exchange(words, at, free) === contended) Atomics.notify(words, at, 1);
}
