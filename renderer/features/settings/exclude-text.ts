import { formatBytes } from '../../../shared/format/bytes.ts';
import type { Option } from '../../components/Field.tsx';

/** What a pattern leaves out, in plain words. */
export function explainPattern(pattern: string): string {
  if (pattern.startsWith('!')) return `keeps ${pattern.slice(1)} although another rule leaves it out`;
  if (/[/\\]/.test(pattern.replace(/^~[/\\]/, '/').slice(0, 1))) return 'this path and everything in it';
  const ending = /^\*(\.[^*?[\]/\\]+)$/.exec(pattern);
  if (ending !== null) return `every file that ends with ${ending[1]}`;
  if (/[*?[]/.test(pattern)) return 'every name that fits this pattern, in any folder';
  if (/[/\\]/.test(pattern)) return 'this part of a path, wherever it occurs';
  return 'every file or folder of this name, and everything in it';
}

const sizes = [100e6, 500e6, 1e9, 4e9, 10e9, 50e9] as const;

/** The sizes to choose from, with the present one among them even if it is none of ours. */
export function largerThanOptions(present: number | null): readonly Option[] {
  const all = present === null || sizes.some((size) => size === present) ? [...sizes] : [...sizes, present];
  return [
    { value: 'none', label: 'Nothing, however large' },
    ...all.sort((a, b) => a - b).map((size) => ({ value: String(size), label: formatBytes(size) })),
  ];
}
