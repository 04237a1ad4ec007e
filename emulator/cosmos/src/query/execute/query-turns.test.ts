import { QueryScheduler, type QueryTurns } from './query-turns.ts';

const MEGABYTE = 1024 * 1024;

/** Each look at the clock takes a millisecond, so that a slice is over after a few. */
function tickingScheduler(): QueryScheduler {
  let now = 0;
  return new QueryScheduler({ monotonic: () => now++ });
}

const open = () => false;

/** Counts the turns of the event loop until `done` resolves. */
function countTurns(done: Promise<unknown>): { readonly current: () => number; readonly end: Promise<void> } {
  let turns = 0;
  let isRunning = true;
  const count = () => {
    turns += 1;
    if (isRunning) setImmediate(count);
  };
  setImmediate(count);
  const end = done.then(() => {
    isRunning = false;
  });
  return { current: () => turns, end };
}

async function work(turns: QueryTurns, steps: number, onStep: () => void = () => undefined): Promise<void> {
  for (let step = 0; step < steps; step += 1) {
    if (turns.isOver()) await turns.next();
    onStep();
  }
}

test('queries together run for one slice in a turn of the event loop, and every other turn is free of them', async () => {
  const scheduler = tickingScheduler();
  const stepsOfTurn = new Map<number, number>();
  const started = Promise.withResolvers<void>();
  const turns = countTurns(started.promise);
  const runs = [1, 2, 3].map(() =>
    scheduler.run(open, (own) =>
      work(own, 100, () => {
        const turn = turns.current();
        stepsOfTurn.set(turn, (stepsOfTurn.get(turn) ?? 0) + 1);
      }),
    ),
  );
  await Promise.all(runs);
  started.resolve();
  await turns.end;
  expect(Math.max(...stepsOfTurn.values())).toBeLessThanOrEqual(6);
  expect(stepsOfTurn.size).toBeGreaterThan(40);
  expect(turns.current()).toBeGreaterThanOrEqual(2 * (stepsOfTurn.size - 2));
});

test('a query that ends leaves the rest of its slice to the next', async () => {
  const scheduler = new QueryScheduler({ monotonic: () => 0 });
  const turns = countTurns(
    Promise.all(Array.from({ length: 1_000 }, () => scheduler.run(open, async () => undefined))),
  );
  await turns.end;
  expect(turns.current()).toBeLessThan(100);
});

test('sixteen queries run at once, and others in the order in which they came', async () => {
  const scheduler = new QueryScheduler({ monotonic: () => 0 });
  const started: number[] = [];
  const gates = Array.from({ length: 20 }, () => Promise.withResolvers<void>());
  const runs = gates.map(({ promise }, index) =>
    scheduler.run(open, () => {
      started.push(index);
      return promise;
    }),
  );
  await new Promise(setImmediate);
  expect(started).toHaveLength(16);
  for (const { resolve } of gates) resolve();
  await Promise.all(runs);
  expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index));
});

test('a query that holds more than others may starts again, and only one such query runs at a time', async () => {
  const scheduler = tickingScheduler();
  let alone = 0;
  let most = 0;
  const starts: number[] = [];
  const runs = Array.from({ length: 3 }, (_, index) =>
    scheduler.run(open, async (turns) => {
      starts.push(index);
      const { bytesHeld, moreNeeded } = turns.limits;
      if (bytesHeld < 8 * MEGABYTE && moreNeeded) throw moreNeeded();
      alone += 1;
      most = Math.max(most, alone);
      await work(turns, 50);
      alone -= 1;
      return index;
    }),
  );
  expect(await Promise.all(runs)).toEqual([0, 1, 2]);
  expect(most).toBe(1);
  expect(starts.toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
});

test('a query that reads a long item starts again alone', async () => {
  const lengths: number[] = [];
  await tickingScheduler().run(open, async (turns) => {
    lengths.push(turns.limits.bytesHeld);
    turns.beforeItem(MEGABYTE);
  });
  expect(lengths).toEqual([2 * MEGABYTE, 64 * MEGABYTE]);
});

test('a query whose client has left ends at its next turn with a 408', async () => {
  let isClosed = false;
  let steps = 0;
  const run = tickingScheduler().run(
    () => isClosed,
    (turns) =>
      work(turns, 1_000, () => {
        steps += 1;
        isClosed = true;
      }),
  );
  await expect(run).rejects.toMatchObject({ status: 408 });
  expect(steps).toBeLessThan(20);
});

test('queries beyond those that may wait are rejected with a 429 that says when to try again', async () => {
  const scheduler = tickingScheduler();
  const gate = Promise.withResolvers<void>();
  const runs = Array.from({ length: 10_016 }, () => scheduler.run(open, () => gate.promise));
  await expect(scheduler.run(open, () => gate.promise)).rejects.toMatchObject({
    status: 429,
    details: { retryAfterMs: 1_000 },
  });
  gate.resolve();
  await Promise.all(runs);
});
