import { parentPort, workerData } from 'node:worker_threads';
import { sha256 } from '../../../../main/engine/platform/crypto.ts';
import { BlobIndex } from '../../../../main/engine/repository/blob-index.ts';
import type { SharedBlobIndex } from '../../../../main/engine/repository/types.ts';

export interface TaskResult {
  readonly claimed: readonly number[];
  readonly wrong: number;
}

interface Task {
  readonly shared: SharedBlobIndex;
  readonly start: number;
  readonly blobs: number;
  readonly stored: number;
}

const { shared, start, blobs, stored }: Task = workerData;
const index = BlobIndex.attach(shared);

/** Claims every blob once, beginning elsewhere in each thread, and keeps looking for blobs that are surely there. */
const claimed: number[] = [];
let wrong = 0;
for (let step = 0; step < blobs; step += 1) {
  const number = (start + step) % blobs;
  const id = sha256(Buffer.from(`blob ${number}`));
  if (index.claim('data', id)) claimed.push(number);
  if (!index.has('data', id)) wrong += 1;
  const known = step % stored;
  const location = index.find('tree', sha256(Buffer.from(`stored ${known}`)));
  if (location?.offset !== known * 100) wrong += 1;
  if (index.has('tree', id)) wrong += 1;
}
parentPort?.postMessage({ claimed, wrong });
