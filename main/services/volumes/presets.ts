/** Something usually not worth keeping: patterns in the language of excludes, matched like a plan's own. */
export interface Preset {
  readonly id: string;
  readonly label: string;
  readonly patterns: readonly string[];
  /** Also whatever marks itself with a CACHEDIR.TAG. */
  readonly cacheTags: boolean;
}

/** In the order in which they are offered and counted; a file counts for the first that matches. */
export const presets: readonly Preset[] = [
  { id: 'node-modules', label: 'node_modules', patterns: ['node_modules'], cacheTags: false },
  {
    id: 'build-caches',
    label: 'Build caches',
    patterns: ['__pycache__', '.gradle', '.mypy_cache', '.pytest_cache', '.ruff_cache', '.parcel-cache', '.turbo', '.tox',
      '.ccache', '.next/cache', '.nuxt', '.svelte-kit'],
    cacheTags: false,
  },
  {
    id: 'trash',
    label: 'Trash',
    patterns: ['.Trash', '.Trash-*', '.Trashes', '.local/share/Trash', '$RECYCLE.BIN'],
    cacheTags: false,
  },
  {
    id: 'thumbnails',
    label: 'Thumbnails',
    patterns: ['.thumbnails', '.cache/thumbnails', 'Thumbs.db', '.DS_Store'],
    cacheTags: false,
  },
  { id: 'caches', label: 'Caches', patterns: ['.cache', 'Library/Caches', 'AppData/Local/Temp'], cacheTags: true },
];
