import type { Verb } from './verb.ts';

/** A verb before its file is loaded. */
export interface VerbEntry {
  readonly summary: string;
  load(): Promise<{ readonly verb: Verb }>;
}

/** All verbs in the order of the help; those of two words are found by both. Files are loaded when needed. */
export const verbs: Readonly<Record<string, VerbEntry>> = {
  init: { summary: 'make a new repository', load: () => import('./verbs/init.ts') },
  backup: { summary: 'back up files and folders', load: () => import('./verbs/backup.ts') },
  snapshots: { summary: 'list snapshots', load: () => import('./verbs/snapshots.ts') },
  ls: { summary: 'list files in a snapshot', load: () => import('./verbs/ls.ts') },
  find: { summary: 'find files in snapshots', load: () => import('./verbs/find.ts') },
  dump: { summary: 'write a file or folder of a snapshot to standard output', load: () => import('./verbs/dump.ts') },
  restore: { summary: 'restore files from a snapshot', load: () => import('./verbs/restore.ts') },
  diff: { summary: 'show differences between two snapshots', load: () => import('./verbs/diff.ts') },
  check: { summary: 'check the repository for damage', load: () => import('./verbs/check.ts') },
  stats: { summary: 'show how much data there is', load: () => import('./verbs/stats.ts') },
  forget: { summary: 'remove snapshots by a policy', load: () => import('./verbs/forget.ts') },
  prune: { summary: 'remove data no snapshot needs', load: () => import('./verbs/prune.ts') },
  'repair index': { summary: 'make the index anew', load: () => import('./verbs/repair-index.ts') },
  'repair packs': { summary: 'save what is readable in damaged packs', load: () => import('./verbs/repair-packs.ts') },
  'repair snapshots': { summary: 'remove damaged parts from snapshots', load: () => import('./verbs/repair-snapshots.ts') },
  'key list': { summary: 'list the keys', load: () => import('./verbs/key-list.ts') },
  'key add': { summary: 'add a key with another password', load: () => import('./verbs/key-add.ts') },
  'key remove': { summary: 'remove a key', load: () => import('./verbs/key-remove.ts') },
  'key passwd': { summary: 'change the password', load: () => import('./verbs/key-passwd.ts') },
  tag: { summary: 'change the tags of snapshots', load: () => import('./verbs/tag.ts') },
  unlock: { summary: 'remove locks that programs left behind', load: () => import('./verbs/unlock.ts') },
  copy: { summary: 'copy snapshots from another repository', load: () => import('./verbs/copy.ts') },
  cat: { summary: 'show internal objects', load: () => import('./verbs/cat.ts') },
  serve: { summary: 'run Tidemark with its page in the browser', load: () => import('./verbs/serve.ts') },
  version: { summary: 'show the version', load: () => import('./verbs/version.ts') },
};

/** Names restic had before. */
export const aliases: Readonly<Record<string, string>> = { 'rebuild-index': 'repair index' };
