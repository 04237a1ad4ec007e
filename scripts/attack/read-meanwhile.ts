// The thread of bystander.ts, so that neither the attacker's work nor its responses delay a read: reads one item of each server again
// and again, until it gets a message, and sends how long the reads took.
import { setTimeout as delay } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { CosmosClient } from '@azure/cosmos';
import { WELL_KNOWN_KEY } from '../../emulator/cosmos/src/index.ts';
import type { BystanderData, Waits } from './bystander.ts';

const READ_INTERVAL_MS = 3;

const { endpoints } = workerData as BystanderData; // as `readMeanwhile()` gives it
const readers = Object.entries(endpoints).map(([name, endpoint]) => {
  const client = new CosmosClient({ endpoint, key: WELL_KNOWN_KEY });
  return { name, client, item: client.database('attack').container('items').item('point', 'point') };
});
const waits: Record<string, number[]> = Object.fromEntries(readers.map(({ name }) => [name, []]));
let isEnding = false;
parentPort?.once('message', () => {
  isEnding = true;
});
await Promise.all(
  readers.map(async ({ name, item }) => {
    while (!isEnding) {
      const startedAt = performance.now();
      await item.read();
      waits[name]?.push(performance.now() - startedAt);
      await delay(READ_INTERVAL_MS);
    }
  }),
);
for (const { client } of readers) client.dispose();
parentPort?.postMessage(waits satisfies Record<string, number[]> as Record<keyof Waits, number[]>);
