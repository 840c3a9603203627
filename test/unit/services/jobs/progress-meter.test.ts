import { expect, test } from 'vitest';
import { ProgressMeter } from '../../../../main/services/jobs/progress-meter.ts';

function run(rates: readonly number[], total: number) {
  const meter = new ProgressMeter(0);
  let bytes = 0;
  return rates.map((rate, second) => {
    bytes += rate;
    return meter.observe((second + 1) * 1000, { bytesDone: bytes, bytesTotal: total, filesDone: 0, filesTotal: 0 });
  });
}

test('says nothing at first, then a range around the truth that narrows', () => {
  const steady = run(Array.from({ length: 40 }, (_, at) => (at % 2 === 0 ? 9e6 : 11e6)), 1e9);
  expect(steady[0]!.remainingSeconds).toBeNull();
  const [early, late] = [steady[5]!, steady[39]!];
  const width = ({ remainingSeconds }: typeof early) => (remainingSeconds![1] - remainingSeconds![0]) / remainingSeconds![0];
  expect(late.remainingSeconds![0]).toBeLessThanOrEqual(60);
  expect(late.remainingSeconds![1]).toBeGreaterThanOrEqual(60);
  expect(width(late)).toBeLessThan(width(early));
  expect(late.bytesPerSecond).toBeGreaterThan(9e6);
  expect(late.bytesPerSecond).toBeLessThan(11e6);
});

test('a jumping pace gives a wider range than a steady one', () => {
  const range = (rates: number[]) => {
    const [low, high] = run(rates, 2e9).at(-1)?.remainingSeconds ?? [0, 0];
    return high - low;
  };
  expect(range(Array.from({ length: 20 }, (_, at) => (at % 4 === 0 ? 40e6 : 1e6))))
    .toBeGreaterThan(range(Array.from({ length: 20 }, () => 10.75e6)));
});

test('without totals there is no promise, and a clock set back breaks nothing', () => {
  const meter = new ProgressMeter(10_000);
  const facts = { bytesDone: 5, bytesTotal: null, filesDone: 1, filesTotal: null };
  expect(meter.observe(20_000, facts).remainingSeconds).toBeNull();
  const back = meter.observe(1_000, { ...facts, bytesDone: 9 });
  expect(back.bytesPerSecond).toBe(0);
  expect(back.remainingSeconds).toBeNull();
});
