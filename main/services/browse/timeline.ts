import type { Version } from '../../../shared/contract/versions.ts';
import type { StoredSnapshot } from '../../engine/snapshot/snapshot-codec.ts';
import { instantOf } from './facts.ts';

/** A version as the tide line shows it. */
export function versionOf(snapshot: StoredSnapshot): Version {
  const { summary } = snapshot;
  return {
    id: snapshot.id,
    time: instantOf(snapshot.timeNs),
    hostname: snapshot.hostname,
    paths: [...snapshot.paths],
    tags: [...snapshot.tags],
    program: snapshot.programVersion ?? '',
    bytesAdded: counter(summary?.dataAdded),
    filesNew: counter(summary?.filesNew),
    filesChanged: counter(summary?.filesChanged),
    files: counter(summary?.totalFilesProcessed),
    bytes: counter(summary?.totalBytesProcessed),
  };
}

function counter(value: number | undefined): number | null {
  return value !== undefined && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
