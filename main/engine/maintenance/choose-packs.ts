import type { RandomSource } from '../platform/random.ts';
import type { ReadData } from './check-report.ts';

/** A pack that exists, with the size of its file in bytes. */
export interface PackFile {
  readonly id: string;
  readonly size: number;
}

/** A random order (Fisher-Yates over bytes from `random`). */
function shuffled<T>(items: readonly T[], random: RandomSource): T[] {
  const order = [...items];
  for (let last = order.length - 1; last > 0; last -= 1) {
    const at = Math.floor((random.bytes(6).readUIntBE(0, 6) / 2 ** 48) * (last + 1));
    [order[last], order[at]] = [order[at] as T, order[last] as T];
  }
  return order;
}

/**
 * The packs whose data is read: part n of t by the first id byte modulo t; percentages and sizes at random, at least
 * one pack when there is any. Source: format section 18.5.
 */
export function choosePacks(packs: readonly PackFile[], readData: ReadData, random: RandomSource): PackFile[] {
  if (readData.kind === 'none') return [];
  if (readData.kind === 'all') return [...packs];
  if (readData.kind === 'part') {
    return packs.filter(({ id }) => Number.parseInt(id.slice(0, 2), 16) % readData.of === readData.part - 1);
  }
  const total = packs.reduce((sum, { size }) => sum + size, 0);
  const share = readData.kind === 'percent' ? readData.percent / 100 : readData.bytes / Math.max(1, total);
  if (share >= 1) return [...packs];
  return shuffled(packs, random).slice(0, Math.max(1, Math.round(packs.length * share)));
}
