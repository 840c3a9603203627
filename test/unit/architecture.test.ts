import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..', '..');

interface SourceFile {
  readonly path: string;
  readonly text: string;
  /** Relative imports as paths from the root; bare ones as written. Type-only imports are marked. */
  readonly imports: readonly { readonly target: string; readonly typeOnly: boolean }[];
}

const importPattern = /(?:^|\n)\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\s+from\s+)?'([^']+)'/g;
const dynamicPattern = /\bimport\('([^']+)'\)/g;

function importsOf(path: string, text: string): SourceFile['imports'] {
  const found: { target: string; typeOnly: boolean }[] = [];
  const add = (specifier: string, typeOnly: boolean): void => {
    const target = specifier.startsWith('.')
      ? normalize(join(dirname(path), specifier)).split(sep).join('/')
      : specifier;
    found.push({ target, typeOnly });
  };
  for (const match of text.matchAll(importPattern)) {
    add(match[2] ?? '', match[1] !== undefined);
  }
  for (const match of text.matchAll(dynamicPattern)) {
    add(match[1] ?? '', false);
  }
  return found;
}

function sources(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => (name.endsWith('.ts') || name.endsWith('.tsx')) && !name.includes('assembly'))
      .map((name) => {
        const path = `${folder}/${name.split(sep).join('/')}`;
        const text = readFileSync(join(root, path), 'utf8');
        return { path, text, imports: importsOf(path, text) };
      }),
  );
}

const product = sources('main', 'preload', 'renderer', 'shared');
const all = [...product, ...sources('test')];

/** What a file under `from` may import of the project, by prefix. The first rule that fits a file counts. */
const layers: readonly { readonly from: string; readonly may: readonly string[] }[] = [
  { from: 'shared/', may: ['shared/'] },
  { from: 'preload/', may: ['preload/', 'shared/'] },
  { from: 'renderer/', may: ['renderer/', 'shared/'] },
  { from: 'main/engine/platform/', may: ['main/engine/platform/'] },
  { from: 'main/engine/chunker/', may: ['main/engine/chunker/', 'main/engine/platform/'] },
  { from: 'main/engine/storage/', may: ['main/engine/storage/', 'main/engine/platform/'] },
  {
    from: 'main/engine/repository/',
    may: ['main/engine/repository/', 'main/engine/storage/', 'main/engine/platform/', 'main/engine/chunker/'],
  },
  {
    from: 'main/engine/snapshot/',
    may: [
      'main/engine/snapshot/',
      'main/engine/repository/',
      'main/engine/storage/',
      'main/engine/platform/',
      'main/engine/chunker/',
    ],
  },
  { from: 'main/engine/retention/', may: ['main/engine/retention/', 'main/engine/snapshot/', 'main/engine/platform/'] },
  { from: 'main/engine/workers/', may: ['main/engine/'] },
  { from: 'main/engine/', may: ['main/engine/'] },
  { from: 'main/services/', may: ['main/services/', 'main/engine/', 'main/ports/'] },
  { from: 'main/api/', may: ['main/api/', 'main/services/', 'main/ports/'] },
  { from: 'main/ports/', may: ['main/ports/'] },
  { from: 'main/electron/', may: ['main/electron/', 'main/app.ts', 'main/ports/', 'main/engine/platform/'] },
  { from: 'main/headless/', may: ['main/headless/', 'main/app.ts', 'main/ports/', 'main/engine/platform/'] },
  { from: 'main/cli/', may: ['main/cli/', 'main/app.ts', 'main/ports/', 'main/engine/', 'main/headless/serve.ts'] },
  { from: 'main/start.ts', may: ['main/headless/serve.ts', 'main/start/', 'main/ports/'] },
  { from: 'main/app.ts', may: ['main/api/', 'main/services/', 'main/engine/', 'main/ports/'] },
];

const engineMayShare = /^shared\/(model|format)\/|^shared\/errors\.ts$/;
const projectFolder = /^(main|preload|renderer|shared|test)\//;

function offences(file: SourceFile): string[] {
  const rule = layers.find(({ from }) => file.path.startsWith(from));
  return file.imports
    .filter(({ target }) => projectFolder.test(target))
    .filter(({ target }) => {
      if (file.path.startsWith('main/engine/')) {
        return !engineMayShare.test(target) && !(rule?.may ?? []).some((prefix) => target.startsWith(prefix));
      }
      return !target.startsWith('shared/') && !(rule?.may ?? []).some((prefix) => target.startsWith(prefix));
    })
    .map(({ target }) => `${file.path} imports ${target}`);
}

/** Files (of the product) that import `name` as a value. */
function importers(name: RegExp, from: (file: SourceFile) => boolean = () => true): string[] {
  return product
    .filter(from)
    .filter(({ imports }) => imports.some(({ target, typeOnly }) => !typeOnly && name.test(target)))
    .map(({ path }) => path);
}

describe('architecture', () => {
  it('sees the sources it judges', () => {
    expect(product.length).toBeGreaterThan(200);
    expect(product.reduce((sum, { imports }) => sum + imports.length, 0)).toBeGreaterThan(800);
  });

  it('imports only downwards', () => {
    expect(product.flatMap(offences)).toEqual([]);
  });

  it('keeps pack and index private to the repository', () => {
    const outside = product.filter(({ path }) => !path.startsWith('main/engine/repository/'));
    expect(
      outside.flatMap(({ path, imports }) =>
        imports
          .filter(({ target }) => /^main\/engine\/repository\/(pack|index)\//.test(target))
          .map(({ target }) => `${path} imports ${target}`),
      ),
    ).toEqual([]);
  });

  it('imports electron only in main/electron and preload, the keyring only in the keychain service', () => {
    expect(importers(/^electron$/).filter((path) => !/^(main\/electron|preload)\//.test(path))).toEqual([]);
    expect(importers(/^@napi-rs\/keyring/).filter((path) => !path.startsWith('main/services/keychain'))).toEqual([]);
  });

  it('reaches files and cryptography in the engine only through its platform', () => {
    const engine = (file: SourceFile): boolean =>
      file.path.startsWith('main/engine/') && !file.path.startsWith('main/engine/platform/');
    expect(importers(/^(node:)?(fs|fs\/promises|crypto)$/, engine)).toEqual([]);
  });

  it('keeps shared and the page free of Node', () => {
    const isomorphic = ({ path }: SourceFile): boolean =>
      /^(shared|renderer)\//.test(path) && !path.endsWith('vite.config.ts');
    expect(importers(/^node:/, isomorphic)).toEqual([]);
    const shared = (file: SourceFile): boolean => file.path.startsWith('shared/');
    expect(importers(/^(?!zod$)(?!shared\/)/, shared)).toEqual([]);
  });

  it('keeps files to one concept', () => {
    const long = all.filter(({ text }) => text.split('\n').length > 501).map(({ path }) => path);
    expect(long).toEqual([]);
  });

  it('states a contract on every export of the engine and of shared', () => {
    const exported = /^export (?:async )?(?:abstract )?(?:function\*?|class|const|interface|type) (\w+)/;
    // The type of a schema shares the sentence of its schema.
    const inferred = /^export type \w+ = z\.infer</;
    const bare = product
      .filter(({ path }) => /^(main\/engine|shared)\//.test(path) && !path.includes('generated'))
      .flatMap(({ path, text }) => {
        const lines = text.split('\n');
        return lines.flatMap((line, index) => {
          const name = exported.exec(line)?.[1];
          const stated = inferred.test(line) || (lines[index - 1] ?? '').trim().endsWith('*/');
          return name !== undefined && !stated ? [`${path}: ${name}`] : [];
        });
      });
    expect(bare).toEqual([]);
  });
});
