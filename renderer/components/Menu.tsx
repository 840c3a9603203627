import type { LucideIcon } from 'lucide-react';
import { Menu as AriaMenu, MenuItem, MenuTrigger, Popover } from 'react-aria-components';
import { IconButton } from './Button.tsx';

export interface MenuEntry {
  readonly id: string;
  readonly label: string;
  readonly icon: LucideIcon;
  readonly perform: () => void;
}

export interface MenuProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly entries: readonly MenuEntry[];
  readonly excludeFromTabOrder?: boolean;
}

export function Menu({ label, icon, entries, excludeFromTabOrder = false }: MenuProps) {
  return (
    <MenuTrigger>
      <IconButton icon={icon} label={label} excludeFromTabOrder={excludeFromTabOrder} />
      <Popover className="popover" placement="bottom end">
        <AriaMenu className="menu" aria-label={label}>
          {entries.map((entry) => (
            <MenuItem
              key={entry.id}
              id={entry.id}
              textValue={entry.label}
              className="menu-item"
              onAction={entry.perform}
            >
              <entry.icon size={16} aria-hidden />
              <span>{entry.label}</span>
            </MenuItem>
          ))}
        </AriaMenu>
      </Popover>
    </MenuTrigger>
  );
}
