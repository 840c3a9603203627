import { CircleDashed, File, FileSymlink, Folder, Minus, Plug, Plus, RefreshCcwDot, Trash2 } from 'lucide-react';
import type { LucideIcon } from 'lucide-react';
import type { EntryFacts, FolderItem } from '../../../shared/contract/versions.ts';

export type Side = 'past' | 'now';

export const typeNames: Readonly<Record<EntryFacts['type'], string>> = {
  file: 'file',
  dir: 'folder',
  symlink: 'link',
  dev: 'device',
  chardev: 'device',
  fifo: 'pipe',
  socket: 'socket',
  irregular: 'special file',
};

const typeIcons: Readonly<Record<EntryFacts['type'], LucideIcon>> = {
  file: File,
  dir: Folder,
  symlink: FileSymlink,
  dev: Plug,
  chardev: Plug,
  fifo: Plug,
  socket: Plug,
  irregular: Plug,
};

/** The glyph of an entry; a dashed one where the entry is not there on this side. */
export function ItemIcon({ facts, ghost }: { readonly facts: EntryFacts; readonly ghost: boolean }) {
  const Icon = ghost && facts.type !== 'dir' ? CircleDashed : typeIcons[facts.type];
  return <Icon size={16} className={facts.type === 'dir' ? 'icon-folder' : 'icon-file'} aria-hidden />;
}

interface Badge {
  readonly icon: LucideIcon;
  readonly word: string;
}

/** How the two sides differ, seen from one of them. */
export function badgeOf(item: FolderItem, side: Side): Badge | undefined {
  switch (item.relation) {
    case 'same':
      return undefined;
    case 'changed':
      return { icon: RefreshCcwDot, word: side === 'past' ? 'changed since' : 'changed' };
    case 'only-past':
      return { icon: side === 'past' ? Trash2 : Minus, word: side === 'past' ? 'deleted since' : 'deleted' };
    case 'only-now':
      return { icon: Plus, word: side === 'past' ? 'not in this version' : 'added since' };
  }
}

export function RelationBadge({ item, side }: { readonly item: FolderItem; readonly side: Side }) {
  const badge = badgeOf(item, side);
  if (badge === undefined) return null;
  return (
    <span className={`badge badge-${item.relation}`}>
      <badge.icon size={12} aria-hidden />
      {badge.word}
    </span>
  );
}
