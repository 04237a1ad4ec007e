// Mixed triggers for as many minutes as asked (`npm run soak -- 30`), at half of what the machine can do, or at as many
// requests a second as the second argument says, for a machine that has other work besides: HTTP requests, each handed on
// through a queue and through a Cosmos DB container, and a timer. Prints memory and counts each minute; the process fails
// when a run was lost or took place twice, when an answer was not 201, or when memory grew.
import { setTimeout as delay } from 'node:timers/promises';
import { measureMemory } from '../../bench/support/memory.ts';
import { type SoakStack, startSoakStack } from './soak-stack.ts';

const MINUTE_MS = 60_000;
const CALIBRATION = 2_000;
const CALIBRATION_SENDERS = 16;
/** Pause between two sends; each sends as many as are due. */
const PACE_MS = 20;
/** What is not run when nothing more has been for so long is lost. */
const MAX_WAIT_MS = 30_000;
const MAX_PER_SECOND = 2_000;
/** From the third minute on to the end; a shorter run says nothing about it. */
const MAX_GROWTH = 1.2;
const WARM_UP_MINUTES = 3;

const minutes = Number(process.argv[2] ?? 30);
const givenRate = process.argv[3] === undefined ? undefined : Number(process.argv[3]);
if (!(minutes > 0) || !(givenRate === undefined || givenRate > 0)) {
  throw new RangeError('Name the minutes, and the requests a second if any, as numbers above 0');
}
const stack = await startSoakStack(CALIBRATION + Math.ceil(minutes * 60 * MAX_PER_SECOND));
let [next, inFlight, rejected] = [0, 0, 0];
const memory: number[] = [];
try {
  const perSecond = Math.min(MAX_PER_SECOND, givenRate ?? (await measureCapacity()) / 2);
  console.log(`${perSecond.toFixed(0)} requests a second for ${minutes} minutes`);
  await load(perSecond);
  await settle();
  judge(stack);
} finally {
  await stack.close();
}

/** Requests a second that were dealt with to the last trigger. */
async function measureCapacity(): Promise<number> {
  const startedAt = performance.now();
  const senders = Array.from({ length: CALIBRATION_SENDERS }, async () => {
    while (next < CALIBRATION) await sendNext();
  });
  await Promise.all(senders);
  await settle();
  return (CALIBRATION * 1_000) / (performance.now() - startedAt);
}

async function load(perSecond: number): Promise<void> {
  const [startedAt, sentBefore] = [performance.now(), next];
  for (let elapsed = 0, minute = 1; elapsed < minutes * MINUTE_MS; elapsed = performance.now() - startedAt) {
    const due = sentBefore + Math.floor((elapsed * perSecond) / 1_000);
    while (next < due) void sendNext();
    if (elapsed >= minute * MINUTE_MS) printMinute(minute++);
    await delay(PACE_MS);
  }
  printMinute(minutes);
}

async function sendNext(): Promise<void> {
  inFlight += 1;
  if ((await stack.send(next++)) !== 201) rejected += 1;
  inFlight -= 1;
}

/** Waits until all that was sent has run, or nothing has for some time. */
async function settle(): Promise<void> {
  const { queue, cosmos } = stack.tallies;
  for (let seen = -1, since = performance.now(); performance.now() - since < MAX_WAIT_MS; await delay(PACE_MS)) {
    if (inFlight === 0 && queue.done + rejected >= next && cosmos.done + rejected >= next) return;
    if (seen === queue.done + cosmos.done) continue;
    seen = queue.done + cosmos.done;
    since = performance.now();
  }
}

function printMinute(minute: number): void {
  const megabytes = measureMemory(process.pid).bytes / 1_048_576;
  memory.push(megabytes);
  const { queue, cosmos, timer } = stack.tallies;
  const counts = `${next} sent, ran: ${queue.done} queue, ${cosmos.done} Cosmos DB, ${timer.done} timer`;
  console.log(`minute ${minute}: ${megabytes.toFixed(0)} MB in all processes, this one included; ${counts}`);
}

function judge({ tallies: { queue, cosmos, timer }, errors }: SoakStack): void {
  const accepted = next - rejected;
  const lost = {
    HTTP: rejected,
    queue: Math.max(0, accepted - queue.done),
    cosmos: Math.max(0, accepted - cosmos.done),
    timer: timer.gaps(),
  };
  const [first, last] = [memory[WARM_UP_MINUTES - 1], memory.at(-1)];
  const growth = minutes > 2 * WARM_UP_MINUTES && first && last ? last / first : undefined;
  console.table({
    HTTP: { runs: accepted, lost: lost.HTTP, doubled: 0 },
    queue: { runs: queue.done, lost: lost.queue, doubled: queue.doubled },
    'Cosmos DB': { runs: cosmos.done, lost: lost.cosmos, doubled: cosmos.doubled },
    timer: { runs: timer.done, lost: lost.timer, doubled: timer.doubled },
  });
  for (const error of errors) console.log(error);
  console.log(growth ? `memory: ${growth.toFixed(2)} times that of minute ${WARM_UP_MINUTES}` : 'memory: run longer');
  const anyLost = Object.values(lost).some((count) => count > 0);
  const doubled = queue.doubled + cosmos.doubled + timer.doubled;
  if (anyLost || doubled > 0 || (growth ?? 0) > MAX_GROWTH) process.exitCode = 1;
}
