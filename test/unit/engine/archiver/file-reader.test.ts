import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readFile } from '../../../../main/engine/archiver/file-reader.ts';
import { createChunker } from '../../../../main/engine/chunker/chunker.ts';
import { sha256 } from '../../../../main/engine/platform/crypto.ts';
import { tempDir } from '../../../helpers/temp-dir.ts';

const chunker = createChunker(0x3da3358b4dc173n);
const size = 3 * 1024 * 1024;

/** Reads `path`; `meanwhile` runs after the first chunk of each attempt, with the attempt's number. */
function read(path: string, meanwhile: (attempt: number) => void = () => {}) {
  const chunks: Buffer[] = [];
  let attempt = 0;
  let done = 0;
  const result = readFile(Buffer.from(path), {
    chunker,
    save: (chunk) => {
      const copy = Buffer.from(chunk);
      chunks.push(copy);
      return sha256(copy).toString('hex');
    },
    onProgress: (bytes) => {
      if (bytes < 0) {
        chunks.length = 0;
        attempt += 1;
      } else if (done === 0 || chunks.length === 1) {
        meanwhile(attempt);
      }
      done += bytes;
    },
  });
  return { result, data: Buffer.concat(chunks), attempts: attempt + 1, done };
}

function sample(fill = 1): Buffer {
  const data = Buffer.alloc(size);
  for (let at = 0; at < size; at += 4) data.writeUInt32LE(Math.imul(at + fill, 2_654_435_761) >>> 0, at);
  return data;
}

describe('readFile', () => {
  it('reads files of all sizes', () => {
    const path = join(tempDir(), 'f');
    for (const length of [0, 1, 524_287, 524_288, 524_289, size, 20 * 1024 * 1024 + 7]) {
      const data = Buffer.alloc(length, 'some text that repeats ');
      writeFileSync(path, data);
      const { result, data: got, done } = read(path);
      expect(got.equals(data)).toBe(true);
      expect(result?.size).toBe(BigInt(length));
      expect(done).toBe(length);
      expect(result?.changedWhileRead).toBe(false);
    }
  });

  it('reads again when the file grew, shrank or was replaced meanwhile', () => {
    const folder = tempDir();
    const path = join(folder, 'f');
    const changes: readonly (() => Buffer)[] = [
      () => {
        appendFileSync(path, 'more');
        return Buffer.concat([sample(), Buffer.from('more')]);
      },
      () => {
        truncateSync(path, 700_000);
        return sample().subarray(0, 700_000);
      },
      () => {
        writeFileSync(join(folder, 'new'), sample(9));
        renameSync(join(folder, 'new'), path);
        return sample(9);
      },
    ];
    for (const change of changes) {
      writeFileSync(path, sample());
      let expected = sample();
      const { result, data, attempts } = read(path, (attempt) => {
        if (attempt === 0) expected = change();
      });
      expect(attempts).toBe(2);
      expect(result?.changedWhileRead).toBe(false);
      expect(data.equals(expected)).toBe(true);
    }
  });

  it('gives up after two repeats, says so, and keeps the earlier times', () => {
    const path = join(tempDir(), 'f');
    writeFileSync(path, sample());
    const { result, attempts } = read(path, () => appendFileSync(path, 'x'));
    expect(attempts).toBe(3);
    expect(result?.changedWhileRead).toBe(true);
    const again = read(path);
    expect(result?.facts.mtimeNs).toBeLessThan(again.result?.facts.mtimeNs ?? 0n);
  });

  it('never opens a link, and takes nothing but files for files', () => {
    const folder = tempDir();
    writeFileSync(join(folder, 'f'), 'x');
    symlinkSync('f', join(folder, 'link'));
    mkdirSync(join(folder, 'd'));
    expect(() => read(join(folder, 'link'))).toThrowError(expect.objectContaining({ code: 'ELOOP' }));
    expect(read(join(folder, 'd')).result).toBeUndefined();
    expect(spawnSync('mkfifo', [join(folder, 'fifo')]).status).toBe(0);
    expect(read(join(folder, 'fifo')).result).toBeUndefined();
    expect(() => read(join(folder, 'gone'))).toThrowError(expect.objectContaining({ code: 'ENOENT' }));
  });
});
