// Create -> notification received; one dead receiver among a hundred; how many notifications a second one receiver gets.
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { repositoryRoot } from './support/child.ts';
import { cpuTimeOf } from './support/cpu.ts';
import { descendants } from './support/memory.ts';
import { type Receiver, startDeadReceiver, startReceiver } from './support/receiver.ts';
import { median, report } from './support/report.ts';
import { startStack } from './support/running-stack.ts';
import { createSubscriber } from './support/subscribe.ts';

const IDLE_CREATES = Number(process.env.CREATES ?? 60);
const IDLE_PAUSE_MS = 250;
const IDLE_BAR_MS = 300;
const RECEIVERS = 100;
const DEAD_CREATES = Number(process.env.DEAD_CREATES ?? 40);
const DEAD_PAUSE_MS = 250;
const DEAD_ROUNDS = 3;
const DEAD_BAR = 1.5;
const BACKLOG = Number(process.env.BACKLOG ?? 20_000);
const WRITERS = 32;
const MAX_WAIT_MS = 60_000;
const example = JSON.parse(await readFile(resolve(repositoryRoot, 'examples/create-operation.json'), 'utf8'));

const stack = await startStack();
const subscriber = createSubscriber(stack.cosmos);
try {
  const idle = await measureIdle();
  const { healthy, withDead } = await measureDead();
  const sustained = await measureSustained();
  console.log(
    `create -> received, idle: median ${median(idle).toFixed(0)} ms, slowest ${Math.max(...idle).toFixed(0)} ms`,
  );
  console.log(`${RECEIVERS} receivers: median ${healthy.toFixed(0)} ms; one of them dead: ${withDead.toFixed(0)} ms`);
  console.log(`one receiver, ${BACKLOG} changes waiting: ${sustained.perSecond.toFixed(0)} notifications/s`);
  console.log(`processor time meanwhile, of one core: ${sustained.cores}`);
  report([
    {
      what: 'create -> notification received, idle, median',
      measured: `${median(idle).toFixed(0)} ms`,
      bar: `<= ${IDLE_BAR_MS} ms`,
      passed: median(idle) <= IDLE_BAR_MS,
    },
    {
      what: `median delay at ${RECEIVERS} receivers, one of them dead ÷ none`,
      measured: `${(withDead / healthy).toFixed(2)}x`,
      bar: `<= ${DEAD_BAR}x`,
      passed: withDead / healthy <= DEAD_BAR,
    },
  ]);
} finally {
  subscriber.close();
  await stack.stop();
}

async function create(chatId: string, id: string): Promise<void> {
  const url = `${stack.chats}/${chatId}/operations`;
  const response = await fetch(url, {
    method: 'POST',
    headers: stack.headers,
    body: JSON.stringify({ ...example, id }),
  });
  await response.arrayBuffer();
  if (response.status !== 201) throw new Error(`Create answered ${response.status}`);
}

/** From the moment of the request, in milliseconds, one at a time. */
async function measureIdle(): Promise<number[]> {
  const received = new Map<string, (at: number) => void>();
  const receiver = await startReceiver(({ operationId, at }) => received.get(operationId)?.(at));
  const subscription = await subscriber.subscribe({ kind: 'chat', chatId: 'idle' }, receiver.url);
  const delays: number[] = [];
  for (let index = 0; index <= IDLE_CREATES; index += 1) {
    const id = `op-${index}`;
    const arrival = new Promise<number>((done) => received.set(id, done));
    const sentAt = performance.now();
    await create('idle', id);
    const elapsed = (await withPatience(arrival)) - sentAt;
    if (index > 0) delays.push(elapsed); // the first one pays for what is loaded and connected once
    await delay(IDLE_PAUSE_MS + Math.random() * IDLE_PAUSE_MS);
  }
  await subscriber.unsubscribe(subscription);
  await receiver.close();
  return delays;
}

/** Medians of the medians of rounds that take turns, in milliseconds: with all receivers alive, and with one dead. */
async function measureDead() {
  const medians = { healthy: [] as number[], withDead: [] as number[] };
  for (let round = 0; round < DEAD_ROUNDS; round += 1) {
    medians.healthy.push(await measureCrowd(`healthy-${round}`, null));
    const dead = await startDeadReceiver();
    medians.withDead.push(await measureCrowd(`dead-${round}`, dead));
    await dead.close();
  }
  return { healthy: median(medians.healthy), withDead: median(medians.withDead) };
}

/** The median delay at a hundred receivers of one chat, one of which can be another. */
async function measureCrowd(chatId: string, dead: Receiver | null): Promise<number> {
  const sentAt = new Map<string, number>();
  const delays: number[] = [];
  const alive = dead ? RECEIVERS - 1 : RECEIVERS;
  const receivers = await Promise.all(
    Array.from({ length: alive }, () =>
      startReceiver(({ operationId, at }) => delays.push(at - (sentAt.get(operationId) ?? Number.NaN))),
    ),
  );
  const urls = [...receivers, ...(dead ? [dead] : [])].map(({ url }) => url);
  const subscriptions = await Promise.all(urls.map((url) => subscriber.subscribe({ kind: 'chat', chatId }, url)));
  for (let index = 0; index < DEAD_CREATES; index += 1) {
    sentAt.set(`op-${index}`, performance.now());
    await create(chatId, `op-${index}`);
    await delay(DEAD_PAUSE_MS);
  }
  await until(() => delays.length >= alive * DEAD_CREATES);
  await Promise.all(subscriptions.map((subscription) => subscriber.unsubscribe(subscription)));
  await Promise.all(receivers.map((receiver) => receiver.close()));
  return median(delays);
}

/** How fast one receiver gets what has waited for it, and what is busy meanwhile. */
async function measureSustained() {
  const watched = { kind: 'chat', chatId: 'backlog' } as const;
  await create('backlog', 'first');
  const place = await subscriber.place(watched);
  let next = 0;
  await Promise.all(
    Array.from({ length: WRITERS }, async () => {
      while (next < BACKLOG) await create('backlog', `op-${next++}`);
    }),
  );
  const ids = new Set<string>();
  let firstAt = 0;
  let lastAt = 0;
  const receiver = await startReceiver(({ id, at }) => {
    firstAt ||= at;
    lastAt = at;
    ids.add(id);
  });
  const processes = descendants(stack.pid); // the first is the supervisor, which runs the Cosmos DB-compatible server
  const before = processes.map(cpuTimeOf);
  const subscription = await subscriber.subscribe(watched, receiver.url, place);
  await create('backlog', 'wake-up');
  await until(() => ids.size > BACKLOG);
  const after = processes.map(cpuTimeOf);
  await subscriber.unsubscribe(subscription);
  await receiver.close();
  const seconds = (lastAt - firstAt) / 1_000;
  const [supervisor, ...others] = after.map((ms, index) => ((ms - (before[index] ?? 0)) / 1_000 / seconds).toFixed(2));
  return {
    perSecond: ids.size / seconds,
    cores: `supervisor with Cosmos DB ${supervisor}, others ${others.join(' and ')}`,
  };
}

async function until(isDone: () => boolean): Promise<void> {
  const end = performance.now() + MAX_WAIT_MS;
  while (!isDone()) {
    if (performance.now() > end) throw new Error('Notifications are missing');
    await delay(20);
  }
}

function withPatience<T>(promise: Promise<T>): Promise<T> {
  const timeout = delay(MAX_WAIT_MS, undefined, { ref: false });
  return Promise.race([promise, timeout.then(() => Promise.reject(new Error('A notification is missing')))]);
}
