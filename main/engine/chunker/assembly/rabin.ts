// The rolling hash of format section 12.2 in AssemblyScript. A digest depends on the last 64 bytes only, so four
// stretches of the data are searched in turn in one loop: each step waits for a table look-up of the step before, and
// four independent chains fill that wait.

/** Table `outShifted`: 256 entries of 8 bytes, written by the host. */
const OUT: usize = 0;
/** Table `mod`. */
const MOD: usize = 2048;
const WINDOW: usize = 64;
/** Positions per lane and round; a round costs four windows of start-up. */
const LANE: usize = 4096;
const MASK: u64 = 0xf_ffff;
const NONE: usize = usize.MAX_VALUE;

// @ts-ignore: decorator
@inline
function enter(digest: u64, byte: u64): u64 {
  return ((digest << 8) | byte) ^ load<u64>(<usize>(digest >> 45) << 3, MOD);
}

// @ts-ignore: decorator
@inline
function slide(digest: u64, leaving: usize, entering: u64): u64 {
  return enter(digest, entering) ^ load<u64>(leaving << 3, OUT);
}

// @ts-ignore: decorator
@inline
function digestBefore(position: usize): u64 {
  let digest: u64 = 0;
  for (let p = position - WINDOW; p < position; p++) {
    digest = enter(digest, <u64>load<u8>(p));
  }
  return digest;
}

// @ts-ignore: decorator
@inline
function isCut(digest: u64): bool {
  return (digest & MASK) == 0;
}

/** The first candidate in [from, to], or 0. Reads from `from - 64` to `to`, the byte at `to` excluded. */
export function find(from: usize, to: usize): usize {
  let p = from;
  while (p + 4 * LANE <= to) {
    const found = findInRound(p);
    if (found != NONE) return found;
    p += 4 * LANE;
  }
  let digest = digestBefore(p);
  while (true) {
    if (isCut(digest)) return p;
    if (p >= to) return 0;
    digest = slide(digest, <usize>load<u8>(p - WINDOW), <u64>load<u8>(p));
    p++;
  }
}

function findInRound(from: usize): usize {
  let d0 = digestBefore(from);
  let d1 = digestBefore(from + LANE);
  let d2 = digestBefore(from + 2 * LANE);
  let d3 = digestBefore(from + 3 * LANE);
  let best = NONE;
  for (let p = from, end = from + LANE; p < end; p++) {
    if (isCut(d0) || isCut(d1) || isCut(d2) || isCut(d3)) {
      if (isCut(d0)) return p;
      if (isCut(d1)) best = min(best, p + LANE);
      if (isCut(d2)) best = min(best, p + 2 * LANE);
      if (isCut(d3)) best = min(best, p + 3 * LANE);
    }
    d0 = slide(d0, <usize>load<u8>(p - WINDOW), <u64>load<u8>(p));
    d1 = slide(d1, <usize>load<u8>(p - WINDOW, LANE), <u64>load<u8>(p, LANE));
    d2 = slide(d2, <usize>load<u8>(p - WINDOW, 2 * LANE), <u64>load<u8>(p, 2 * LANE));
    d3 = slide(d3, <usize>load<u8>(p - WINDOW, 3 * LANE), <u64>load<u8>(p, 3 * LANE));
  }
  return best;
}

/**
 * Writes the candidates in [from, to] as runs (two u32: first and last position) to `output`, at most `capacity` of
 * them; returns how many. When it returns `capacity`, go on behind the last run.
 */
export function scan(from: usize, to: usize, output: usize, capacity: u32): u32 {
  let count: u32 = 0;
  let p = from;
  while (count < capacity && p <= to) {
    const first = find(p, to);
    if (first == 0) return count;
    // Candidates come in crowds (zeros, periodic data): stay with one lane while they do.
    const last = lastOfRun(first, to);
    store<u32>(output + <usize>count * 8, <u32>first);
    store<u32>(output + <usize>count * 8, <u32>last, 4);
    count++;
    p = last + 1;
    let digest = p <= to ? digestBefore(p) : 1;
    for (const near = p + LANE; count < capacity && p <= to && p < near; p++) {
      if (isCut(digest)) {
        const previous = output + <usize>count * 8 - 8;
        if (load<u32>(previous, 4) == <u32>(p - 1)) {
          store<u32>(previous, <u32>p, 4);
        } else {
          store<u32>(previous + 8, <u32>p);
          store<u32>(previous + 8, <u32>p, 4);
          count++;
        }
      }
      if (p < to) digest = slide(digest, <usize>load<u8>(p - WINDOW), <u64>load<u8>(p));
    }
  }
  return count;
}

function lastOfRun(first: usize, to: usize): usize {
  let digest = digestBefore(first);
  let p = first;
  while (p < to) {
    digest = slide(digest, <usize>load<u8>(p - WINDOW), <u64>load<u8>(p));
    if (!isCut(digest)) return p;
    p++;
  }
  return p;
}
