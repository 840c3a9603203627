import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
};

/** Rows of the README's table: `| name | reason |`. */
function reasons(): Map<string, string> {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const section = readme.split('\n## Dependencies')[1]?.split('\n## ')[0] ?? '';
  const rows = section.matchAll(/^\| `([^`]+)` \| (.+?) \|$/gm);
  return new Map([...rows].map((row) => [row[1] ?? '', row[2] ?? '']));
}

describe('dependencies', () => {
  it('each has its reason in the README, and there is no other', () => {
    const used = [...Object.keys(manifest.dependencies), ...Object.keys(manifest.devDependencies)].sort();
    expect([...reasons().keys()].sort()).toEqual(used);
    expect([...reasons().values()].filter((reason) => reason.length < 15)).toEqual([]);
  });

  it('are pinned to one version', () => {
    const versions = { ...manifest.dependencies, ...manifest.devDependencies };
    expect(Object.entries(versions).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  it('keep Node and its types on one major', () => {
    const major = (name: string): string | undefined => manifest.devDependencies[name]?.split('.')[0];
    expect(major('@types/node')).toBe(major('node'));
  });

  it('leave no registry address in the lock file', () => {
    expect(readFileSync(join(root, 'package-lock.json'), 'utf8')).not.toContain('"resolved"');
  });
});
