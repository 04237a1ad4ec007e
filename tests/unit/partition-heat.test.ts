import { seededRandomness } from '@lazurite/runtime';
import { chatId, poisson, zipfShares } from '../../bench/support/chat-activity.ts';
import { positionOf, simulateHeat } from '../../bench/support/partition-heat.ts';
import {
  effectivePartitionKey,
  indexOfRange,
  splitEpkSpace,
} from '../../emulator/cosmos/src/model/partition-key/effective-partition-key.ts';

const KEY = { paths: ['/chatId'], kind: 'Hash', version: 2 } as const;

test('positionOf() puts a chat on the physical partition that holds its effective partition key', () => {
  const random = seededRandomness(1);
  const ranges = splitEpkSpace(97, KEY);
  for (let index = 0; index < 1_000; index += 1) {
    const id = chatId(random);
    expect(Math.floor(positionOf(id) * 97)).toBe(indexOfRange(ranges, effectivePartitionKey([id], KEY)));
  }
});

test('zipfShares() shares out everything, and no more than the limit to one chat', () => {
  const sum = (shares: Float64Array) => shares.reduce((total, share) => total + share, 0);
  expect(sum(zipfShares(10_000, 1, 1))).toBeCloseTo(1);
  expect(Array.from(zipfShares(4, 1, 1), (share) => Math.round(share * 25))).toEqual([12, 6, 4, 3]);
  expect(Math.max(...zipfShares(10_000, 1, 0.01))).toBe(0.01);
});

test.each([0.5, 20, 5_000])('poisson() has the mean %d and as much variance', (mean) => {
  const random = seededRandomness(2);
  const drawn = Array.from({ length: 4_000 }, () => poisson(mean, random));
  const average = drawn.reduce((sum, value) => sum + value, 0) / drawn.length;
  const variance = drawn.reduce((sum, value) => sum + (value - average) ** 2, 0) / drawn.length;
  expect(average / mean).toBeCloseTo(1, 1);
  expect(variance / mean).toBeCloseTo(1, 0);
});

test('simulateHeat() rejects what is above the share of the one partition that is asked', () => {
  const work = { operationsPerSecond: 10_000, charge: 10, utilisation: 0.5 };
  const heat = simulateHeat(Float64Array.of(1), Float64Array.of(0.3), work, seededRandomness(3));
  // 200,000 RU/s are 20 partitions of 1,000 operations a second; one of them is asked for all 10,000.
  expect(heat).toMatchObject({ provisioned: 200_000, partitions: 20, hottestPartition: 20 });
  expect(heat.throttledPercent).toBeCloseTo(90, 0);
});
