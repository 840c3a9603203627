/** Offset of local time from UTC in seconds (east positive) at an instant given in whole seconds since 1970. */
export type ZoneOffset = (epochSeconds: number) => number;

/** Always 0. */
export const utcZone: ZoneOffset = () => 0;

const bucketSeconds = 86_400;
const maximumBuckets = 8192;
/** What JavaScript dates can express, in seconds. */
const maximumSeconds = 8.64e12;

/**
 * The zone of this process (TZ), with the offset valid at each instant. The returned function caches, so make one
 * per run and keep it; a change of TZ later on is not seen by it.
 */
export function localZone(): ZoneOffset {
  const cache = new Map<number, number>();
  let lastBucket = Number.NaN;
  let lastOffset = 0;
  return (epochSeconds) => {
    const bucket = Math.floor(epochSeconds / bucketSeconds);
    if (bucket === lastBucket) {
      return lastOffset;
    }
    let offset = cache.get(bucket);
    if (offset === undefined) {
      offset = offsetAt(bucket * bucketSeconds);
      if (offset !== offsetAt((bucket + 1) * bucketSeconds)) {
        return offsetAt(epochSeconds);
      }
      if (cache.size >= maximumBuckets) {
        cache.clear();
      }
      cache.set(bucket, offset);
    }
    lastBucket = bucket;
    lastOffset = offset;
    return offset;
  };
}

function offsetAt(epochSeconds: number): number {
  const seconds = Math.min(Math.max(epochSeconds, -maximumSeconds + bucketSeconds), maximumSeconds - bucketSeconds);
  const date = new Date(seconds * 1000);
  const local = new Date(0);
  local.setUTCFullYear(date.getFullYear(), date.getMonth(), date.getDate());
  local.setUTCHours(date.getHours(), date.getMinutes(), date.getSeconds());
  return local.getTime() / 1000 - seconds;
}
