import { ChevronRight } from 'lucide-react';
import { Fragment } from 'react';
import type { FolderView } from '../../../shared/contract/versions.ts';

export interface CrumbsProps {
  readonly view: FolderView | undefined;
  readonly onOpen: (place: string | undefined) => void;
}

/** The way from the top of the plan to the folder on screen. */
export function Crumbs({ view, onOpen }: CrumbsProps) {
  const crumbs = view?.crumbs ?? [];
  return (
    <nav className="crumbs" aria-label="Folder">
      <ol>
        <li>
          <button type="button" className="crumb" onClick={() => onOpen(undefined)} {...currentIf(crumbs.length === 0)}>
            All folders
          </button>
        </li>
        {crumbs.map((crumb, index) => (
          <Fragment key={crumb.place}>
            <li aria-hidden className="crumb-gap">
              <ChevronRight size={14} />
            </li>
            <li>
              <button
                type="button"
                className="crumb"
                onClick={() => onOpen(crumb.place)}
                {...currentIf(index === crumbs.length - 1)}
              >
                {crumb.name}
              </button>
            </li>
          </Fragment>
        ))}
      </ol>
    </nav>
  );
}

function currentIf(current: boolean): { 'aria-current'?: 'location' } {
  return current ? { 'aria-current': 'location' } : {};
}
