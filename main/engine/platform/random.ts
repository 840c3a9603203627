import { randomBytes } from 'node:crypto';

/** Source of unpredictable bytes, injected so that tests can fix it. */
export interface RandomSource {
  /** `n` fresh bytes; never the same memory twice. */
  bytes(n: number): Buffer;
}

/** The cryptographic random source of the operating system. */
export const systemRandom: RandomSource = { bytes: (n) => randomBytes(n) };

const poolSize = 8192;

/**
 * A source that draws from `source` in large portions, for callers that need a few bytes per blob. Each byte is
 * handed out once; the returned buffers are views that are not written to again.
 */
export function pooledRandom(source: RandomSource): RandomSource {
  let pool: Buffer = Buffer.alloc(0);
  let used = 0;
  return {
    bytes(n) {
      if (n > poolSize) return source.bytes(n);
      if (used + n > pool.length) {
        pool = source.bytes(poolSize);
        used = 0;
      }
      used += n;
      return pool.subarray(used - n, used);
    },
  };
}
