import type { TidemarkClient } from '../../shared/contract/contract.ts';
import type { Plan } from '../../shared/contract/plans.ts';

const tree: Readonly<Record<string, readonly string[]>> = {
  '/': ['home', 'media', 'srv'],
  '/home': ['anna'],
  '/home/anna': ['Backup', 'Desktop', 'Documents', 'Downloads', 'Music', 'Pictures', 'Projects', 'Videos'],
  '/home/anna/Projects': ['garden', 'novel', 'site'],
  '/media': ['anna'],
  '/media/anna': ['Blue SSD'],
  '/media/anna/Blue SSD': ['old-laptop'],
};

/** The folders of a made-up computer, by tokens that are `token:` and the path. */
export function fakeFolders(): {
  readonly service: TidemarkClient['folders'];
  readonly pathOf: (token: string) => string;
  readonly source: (token: string) => Plan['sources'][number];
} {
  const made = new Map<string, string[]>();
  const pathOf = (token: string): string => token.replace(/^token:/, '');
  const join = (path: string, name: string): string => (path === '/' ? `/${name}` : `${path}/${name}`);
  return {
    pathOf,
    source: (token) => {
      const path = pathOf(token);
      return {
        token,
        place: path.slice('/home/anna/'.length),
        path,
        name: path.slice(path.lastIndexOf('/') + 1),
        present: true,
      };
    },
    service: {
      list: async ({ token }) => {
        if (token === null) {
          return {
            token: null,
            path: '',
            parent: null,
            freeBytes: null,
            truncated: false,
            entries: [
              { token: 'token:/home/anna', name: 'Home', kind: 'home' },
              { token: 'token:/media/anna/Blue SSD', name: 'Blue SSD', kind: 'drive' },
              { token: 'token:/', name: 'Everything on this computer', kind: 'root' },
            ],
          };
        }
        const path = pathOf(token);
        const parent = path === '/' ? null : `token:${path.slice(0, path.lastIndexOf('/')) || '/'}`;
        return {
          token,
          path,
          parent,
          freeBytes: path.startsWith('/media') ? 1.2e12 : 311e9,
          truncated: false,
          entries: [...(tree[path] ?? []), ...(made.get(path) ?? [])].map((name) => ({
            token: `token:${join(path, name)}`,
            name,
            kind: 'folder' as const,
          })),
        };
      },
      create: async ({ parent, name }) => {
        const path = pathOf(parent);
        made.set(path, [...(made.get(path) ?? []), name]);
        return { token: `token:${join(path, name)}` };
      },
      pick: async () => ({ token: null, path: '' }),
    },
  };
}
