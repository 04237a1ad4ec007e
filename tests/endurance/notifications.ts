// 50,000 changes, three kills of the worker and one of Azurite: every change is notified at least once, in order within
// its operation, and hardly any twice. `node tests/endurance/notifications.ts [operations]`
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { silentLog, systemClock, systemRandomness } from '@lazurite/runtime';
import { startStack } from 'lazurite';
import { startReceiver } from '../../bench/support/receiver.ts';
import { createSubscriber } from '../../bench/support/subscribe.ts';
import type { OperationChange } from '../../shared/domain/notifications/operation-change.ts';
import type { Subscription } from '../../shared/domain/notifications/subscription.ts';
import { notificationFormat } from '../../shared/graph-http/response/notification-format.ts';
import { createAzurite } from '../support/killable-azurite.ts';
import { CHANGES_OF_A_LIFE, createOperationWriter } from './operation-writer.ts';

const OPERATIONS = Number(process.argv[2] ?? 50_000 / CHANGES_OF_A_LIFE);
const CHATS = 20;
const WRITERS = 32;
const WORKER_KILLS = [0.25, 0.5, 0.75];
const AZURITE_KILL = 0.6;
const AZURITE_AWAY_MS = 3_000;
const MAX_DUPLICATES = 0.01;
/** From the last write on; a lease that a killed worker held is over after half a minute. */
const MAX_WAIT_MS = 180_000;

const root = resolve(import.meta.dirname, '../..');
const example = JSON.parse(await readFile(join(root, 'examples/create-operation.json'), 'utf8'));
const dataDir = await mkdtemp(join(tmpdir(), 'lazurite-endurance-'));
const azurite = await createAzurite(join(dataDir, 'storage'));
await azurite.start();
let worker = 0;
const stack = await startStack({
  scriptRoot: root,
  dataDir,
  clock: systemClock,
  randomness: systemRandomness,
  log: silentLog,
  env: { ...process.env, AzureWebJobsStorage: azurite.connectionString },
  onEvent: (event) => {
    if (event.type === 'worker-started') worker = event.pid;
  },
});
const subscriber = createSubscriber(stack.cosmos.endpoint);
const token = await stack.issuer.mint({ scopes: ['Chat.ReadWrite'], expiresInSeconds: 3_600 });
const writer = createOperationWriter(stack.functions.url, token, example);
const received: string[] = [];
const receiver = await startReceiver(({ id }) => void received.push(id));
try {
  process.exitCode = (await run()) ? 0 : 1;
} finally {
  writer.close();
  subscriber.close();
  await receiver.close();
  await stack.close();
  await azurite.kill();
  await rm(dataDir, { recursive: true, force: true });
}

interface Chat {
  readonly id: string;
  readonly place: string;
  readonly subscription: Subscription;
}

async function run(): Promise<boolean> {
  const chats = await Promise.all(Array.from({ length: CHATS }, (_, index) => openChat(`chat-${index}`)));
  const startedAt = performance.now();
  await writeAll(chats);
  const writtenAt = performance.now();
  const expected = new Map<string, string[]>();
  for (const chat of chats) await expectAll(chat, expected);
  const ids = [...expected.values()].flat();
  const firstTimes = new Map<string, number>();
  const isComplete = () => {
    for (const [index, id] of received.entries()) if (!firstTimes.has(id)) firstTimes.set(id, index);
    return ids.every((id) => firstTimes.has(id));
  };
  while (!isComplete() && performance.now() - writtenAt < MAX_WAIT_MS) await delay(500);
  const seconds = (from: number) => `${((performance.now() - from) / 1_000).toFixed(1)} s`;
  console.log(
    `${ids.length} changes, written and notified in ${seconds(startedAt)}, the last ${seconds(writtenAt)} after the last write`,
  );
  const missing = ids.filter((id) => !firstTimes.has(id)).length;
  const disordered = [...expected.values()].filter(
    (order) => !isSorted(order.map((id) => firstTimes.get(id) ?? -1)),
  ).length;
  const duplicates = received.length - firstTimes.size;
  console.log(
    `missing ${missing}; operations out of order ${disordered}; duplicates ${duplicates} (${((100 * duplicates) / ids.length).toFixed(2)} %)`,
  );
  return missing === 0 && disordered === 0 && duplicates <= MAX_DUPLICATES * ids.length;
}

async function openChat(id: string): Promise<Chat> {
  const watched = { kind: 'chat', chatId: id } as const;
  const place = await subscriber.place(watched);
  return { id, place, subscription: await subscriber.subscribe(watched, receiver.url, place) };
}

/** What fails meanwhile is tried again, as clients do. */
async function writeAll(chats: readonly Chat[]): Promise<void> {
  let next = 0;
  const faults = [
    ...WORKER_KILLS.map((share) => ({ share, happen: async () => void process.kill(worker, 'SIGKILL') })),
    { share: AZURITE_KILL, happen: restartAzurite },
  ].toSorted((a, b) => a.share - b.share);
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (next < OPERATIONS) {
        const index = next++;
        if (index >= (faults[0]?.share ?? 2) * OPERATIONS) void faults.shift()?.happen();
        await writer.live(chats[index % CHATS]?.id ?? '', `op-${index}`);
      }
    }),
  );
}

async function restartAzurite(): Promise<void> {
  await azurite.kill();
  await delay(AZURITE_AWAY_MS);
  await azurite.start();
}

/** The ids of the notifications of each operation, in the order in which the log has its changes. */
async function expectAll({ place, subscription }: Chat, expected: Map<string, string[]>): Promise<void> {
  for (
    let page = await subscriber.read(subscription.watched, place);
    ;
    page = await subscriber.read(subscription.watched, page.next)
  ) {
    for (const change of page.changes) {
      const ids = expected.get(change.operationId) ?? [];
      expected.set(change.operationId, [...ids, notificationIdOf(subscription, change)]);
    }
    if (!page.hasMore) return;
  }
}

function notificationIdOf(subscription: Subscription, change: OperationChange): string {
  const [message] = notificationFormat.ofChanges(subscription, [change]);
  return JSON.parse(message?.body ?? '').value[0].id;
}

function isSorted(numbers: readonly number[]): boolean {
  return numbers.every((number, index) => index === 0 || number > (numbers[index - 1] ?? 0));
}
