import { closeSync, cpSync, existsSync, mkdirSync, openSync, utimesSync, writeFileSync, writeSync } from 'node:fs';
import { createCipheriv, createHash } from 'node:crypto';
import { join } from 'node:path';

/** A deterministic tree of files under `path`; `change` alters about one file in a hundred. */
export interface DataSet {
  readonly name: string;
  readonly build: (path: string) => void;
  readonly change: (path: string) => void;
}

/** Incompressible bytes from a label: the same on every machine. */
function keystream(label: string, bytes: number): Buffer {
  const key = createHash('sha256').update(label).digest();
  return createCipheriv('aes-256-ctr', key, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}

function writeLarge(path: string, label: string, mebibytes: number, line: ((index: number) => string) | null): void {
  const file = openSync(path, 'w');
  for (let index = 0; index < mebibytes; index++) {
    if (line === null) {
      writeSync(file, keystream(`${label}-${index}`, 1 << 20));
      continue;
    }
    let text = '';
    for (let row = index * 9_000; text.length < 1 << 20; row++) {
      text += line(row);
    }
    writeSync(file, text.slice(0, 1 << 20));
  }
  closeSync(file);
}

const logLine = (row: number): string => {
  const mixed = Math.imul(row, 2_654_435_761) >>> 0;
  return `2026-03-${10 + (row % 20)}T09:12:${row % 60} host-${mixed % 17} service[${mixed % 4_093}]: request ${mixed.toString(16)} took ${mixed % 977} ms\n`;
};

function writeSmall(path: string, count: number): void {
  for (let index = 0; index < count; index++) {
    const folder = join(path, `folder-${Math.floor(index / 100)}`);
    if (index % 100 === 0) {
      mkdirSync(folder, { recursive: true });
    }
    const text = `${index} ${logLine(index)}`.repeat(10);
    const body = index % 2 === 0 ? Buffer.from(text.slice(0, 2_048)) : keystream(`small-${index}`, 2_048);
    writeFileSync(join(folder, `file-${index}`), body);
  }
}

function changeLarge(path: string): void {
  const file = openSync(path, 'r+');
  writeSync(file, keystream('changed', 1 << 20), 0, 1 << 20, 100 << 20);
  closeSync(file);
}

/** The sets of the bench; `quick` ones finish in about a minute altogether. */
export function dataSets(quick: boolean): readonly DataSet[] {
  const mebibytes = quick ? 256 : 1_024;
  const files = quick ? 10_000 : 100_000;
  const sets: DataSet[] = [
    {
      name: `random, ${mebibytes} MiB`,
      build: (path) => writeLarge(join(path, 'random'), 'random', mebibytes, null),
      change: (path) => changeLarge(join(path, 'random')),
    },
    {
      name: `logs, ${mebibytes} MiB`,
      build: (path) => writeLarge(join(path, 'log'), 'log', mebibytes, logLine),
      change: (path) => changeLarge(join(path, 'log')),
    },
    {
      name: `${files} files of 2 KiB`,
      build: (path) => writeSmall(path, files),
      change: (path) => {
        for (let index = 0; index < files; index += 100) {
          writeFileSync(join(path, `folder-${index / 100}`, `file-${index}`), keystream(`new-${index}`, 2_048));
        }
      },
    },
  ];
  if (!quick) {
    sets.push({
      name: '/usr/lib + /usr/share',
      build: (path) => {
        for (const source of ['/usr/lib', '/usr/share'].filter((folder) => existsSync(folder))) {
          cpSync(source, join(path, source.slice(5)), { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
        }
      },
      change: (path) => utimesSync(path, 1, 1),
    });
  }
  return sets;
}
