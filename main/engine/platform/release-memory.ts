/** Smaller blocks may be shared (Node cuts small buffers from a common block) and are cheap to leave to the collector. */
const ownBlockFrom = 64 * 1024;

/**
 * Gives the memory of an intermediate result back at once instead of at the next collection, so that the next one gets
 * the same, still cached memory, and peak memory does not depend on when V8 collects. `bytes` must be the only user of
 * its memory block, and neither they nor any view of that block can be used afterwards. Small blocks are left alone.
 */
export function releaseMemory(bytes: Uint8Array<ArrayBuffer>): void {
  const { buffer } = bytes;
  if (buffer.byteLength > Math.max(ownBlockFrom, Buffer.poolSize)) buffer.transfer(0);
}
