/** Bytes a second and files a second of a slow and of a fast first backup, reading and writing local disks. */
const slow = { bytes: 30e6, files: 700 };
const fast = { bytes: 180e6, files: 6_000 };

/** A range for a first backup in seconds, deliberately wide: nothing of this computer was measured yet. */
export function estimateFirstBackup(bytes: number, files: number): readonly [number, number] {
  const low = bytes / fast.bytes + files / fast.files;
  const high = bytes / slow.bytes + files / slow.files;
  return [Math.max(1, Math.floor(low)), Math.max(2, Math.ceil(high))];
}
