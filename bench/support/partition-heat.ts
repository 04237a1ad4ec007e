import type { Randomness } from '@lazurite/runtime';
import {
  effectivePartitionKey,
  splitEpkSpace,
} from '../../emulator/cosmos/src/model/partition-key/effective-partition-key.ts';
import { readPartitionKeyDefinition } from '../../emulator/cosmos/src/model/partition-key/partition-key.ts';
import { CONTAINERS } from '../../shared/persistence/containers.ts';
import { poisson } from './chat-activity.ts';

/** Of a physical partition, and of a logical one: "Azure Cosmos DB service quotas". */
export const MAX_RU_PER_PARTITION = 10_000;

export interface Heat {
  /** Request units a second of the whole container, and what each physical partition may use of them. */
  readonly provisioned: number;
  readonly partitions: number;
  /** The busiest physical partition's share, as a multiple of an even share. */
  readonly hottestPartition: number;
  /** Requests of each hundred that are answered 429, before the SDK tries again. */
  readonly throttledPercent: number;
}

export interface Workload {
  readonly operationsPerSecond: number;
  /** Request units of one operation on average. */
  readonly charge: number;
  /** Of all that is provisioned, how much is used on average. */
  readonly utilisation: number;
}

const SECONDS = 20;

/** @param shares of all operations, one for each chat */
export function simulateHeat(shares: Float64Array, positions: Float64Array, work: Workload, random: Randomness): Heat {
  // What a limit to each chat turned away before it came here needs nothing.
  const through = shares.reduce((sum, share) => sum + share, 0);
  const provisioned = Math.ceil((through * work.operationsPerSecond * work.charge) / work.utilisation / 100) * 100;
  const partitions = Math.max(1, Math.ceil(provisioned / MAX_RU_PER_PARTITION));
  const loads = new Float64Array(partitions);
  shares.forEach((share, chat) => {
    const partition = Math.floor((positions[chat] ?? 0) * partitions);
    loads[partition] = (loads[partition] ?? 0) + share;
  });
  const budget = provisioned / partitions / work.charge;
  let asked = 0;
  let rejected = 0;
  for (const load of loads)
    for (let second = 0; second < SECONDS; second += 1) {
      const arrived = poisson(load * work.operationsPerSecond, random);
      asked += arrived;
      rejected += Math.max(0, arrived - budget);
    }
  return {
    provisioned,
    partitions,
    hottestPartition: (Math.max(...loads) * partitions) / through,
    throttledPercent: asked === 0 ? 0 : (100 * rejected) / asked,
  };
}

const KEY = readPartitionKeyDefinition(CONTAINERS.operations.partitionKey);
/** Where the second of two equal halves of the hash space begins. */
const MIDDLE = startOf(splitEpkSpace(2, KEY)[1]?.min ?? '');

/** Where a chat lies in the hash space, from 0 to 1, by the same hash as the service's. */
export function positionOf(chatId: string): number {
  return startOf(effectivePartitionKey([chatId], KEY)) / (2 * MIDDLE);
}

/** Its first four bytes as a number: more than enough to tell 10,000 partitions apart. */
function startOf(effectiveKey: string): number {
  return Number.parseInt(effectiveKey.slice(0, 8), 16);
}
