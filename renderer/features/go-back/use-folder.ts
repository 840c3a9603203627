import { useCallback, useMemo, useRef, useState } from 'react';
import type { FolderItem, FolderView } from '../../../shared/contract/versions.ts';
import type { ErrorFacts } from '../../../shared/errors.ts';
import { useClient } from '../../app/context.ts';
import { useLoaded } from '../../lib/use-loaded.ts';

const pageSize = 5_000;

export interface FolderState {
  readonly view: FolderView | undefined;
  /** Whether `view` is of the moment and folder that were asked for last. */
  readonly current: boolean;
  readonly error: ErrorFacts | undefined;
  readonly total: number;
  readonly itemAt: (index: number) => FolderItem | undefined;
  /** Makes sure the items of these rows come. */
  readonly need: (from: number, to: number) => void;
  /** How many rows are there from the start without a gap. */
  readonly loaded: number;
}

export interface FolderQuery {
  readonly planId: string;
  readonly versionId: string | undefined;
  readonly place: string | undefined;
  /** Changes when the present may have changed. */
  readonly refresh: string;
}

/** A folder past and present, a page of 5,000 items at a time, each page asked for once it comes near. */
export function useFolder({ planId, versionId, place, refresh }: FolderQuery): FolderState {
  const client = useClient();
  const key = versionId === undefined ? null : JSON.stringify([planId, versionId, place ?? null, refresh]);
  const load = useCallback(
    (offset: number, signal?: AbortSignal) =>
      client.versions.folder({ planId, versionId: versionId ?? null, place: place ?? null, offset }, signal),
    [client, place, planId, versionId],
  );
  const first = useLoaded(key, (signal) => load(0, signal));
  const [pages, setPages] = useState<Pages>({ view: undefined, more: [] });
  const asked = useRef<{ view: FolderView | undefined; pages: Set<number> }>({ view: undefined, pages: new Set() });
  const { value: view, current, error } = first;
  const size = view === undefined || view.items.length === 0 ? pageSize : view.items.length;
  const total = view?.total ?? 0;
  const need = useCallback(
    (from: number, to: number): void => {
      if (view === undefined) return;
      if (asked.current.view !== view) asked.current = { view, pages: new Set() };
      const known = asked.current.pages;
      const last = Math.min(to, total - 1);
      for (let page = Math.max(1, Math.floor(from / size)); page <= Math.floor(last / size); page += 1) {
        if (known.has(page)) continue;
        known.add(page);
        load(page * size).then(
          (answer) =>
            setPages((before) => {
              const more = before.view === view ? [...before.more] : [];
              more[page] = answer.items;
              return { view, more };
            }),
          () => known.delete(page),
        );
      }
    },
    [load, size, total, view],
  );
  const more = pages.view === view ? pages.more : none;
  return useMemo(() => {
    const itemAt = (index: number): FolderItem | undefined =>
      index < size ? view?.items[index] : more[Math.floor(index / size)]?.[index % size];
    let page = 1;
    while (more[page] !== undefined) page += 1;
    return { view, current, error, total, itemAt, need, loaded: Math.min(total, page * size) };
  }, [current, error, more, need, size, total, view]);
}

/** The pages after the first, for the view they belong to. */
interface Pages {
  readonly view: FolderView | undefined;
  readonly more: readonly (readonly FolderItem[] | undefined)[];
}

const none: readonly undefined[] = [];
