import { Shutdown, seededRandomness, sleep, startOrUndo, systemClock, VirtualClock } from './index.ts';

describe('VirtualClock', () => {
  it('runs timers in the order in which they are due, each at its own time', async () => {
    const clock = new VirtualClock(1_000);
    const seen: [string, number][] = [];
    clock.setTimer(20, () => seen.push(['late', clock.now()]));
    clock.setTimer(10, () => seen.push(['early', clock.now()]));
    clock.setTimer(10, () => seen.push(['early too', clock.now()]));
    await clock.advance(15);
    expect(seen).toEqual([
      ['early', 1_010],
      ['early too', 1_010],
    ]);
    await clock.advance(5);
    expect(seen.at(-1)).toEqual(['late', 1_020]);
  });

  it('runs timers that timers start, when they fall due on the way', async () => {
    const clock = new VirtualClock(0);
    const seen: number[] = [];
    (function again(): void {
      clock.setTimer(10, () => {
        seen.push(clock.now());
        again();
      });
    })();
    await clock.advance(35);
    expect(seen).toEqual([10, 20, 30]);
  });

  it('starts at the time of the machine', () => {
    const before = Date.now();
    expect(new VirtualClock().now()).toBeGreaterThanOrEqual(before);
    expect(new VirtualClock().now()).toBeLessThanOrEqual(Date.now());
    expect(new VirtualClock(5).now()).toBe(5);
  });

  it('goes back in time with the delays that are left, and its monotonic time goes on', async () => {
    const clock = new VirtualClock(1_000);
    await clock.advance(500);
    const seen: number[] = [];
    clock.setTimer(20, () => seen.push(clock.now()));
    clock.setTimer(Number.POSITIVE_INFINITY, () => seen.push(Number.NaN));
    clock.rewind(1_000);
    expect([clock.now(), clock.monotonic(), clock.nextDue]).toEqual([1_000, 500, 1_020]);
    expect([clock.runNext(1_019), clock.now(), clock.runNext(1_020), clock.now()]).toEqual([false, 1_000, true, 1_020]);
    expect([seen, clock.nextDue]).toEqual([[1_020], undefined]);
  });

  it('does not run a cancelled timer', async () => {
    const clock = new VirtualClock();
    const timer = clock.setTimer(1, () => {
      throw new Error('It ran');
    });
    timer.cancel();
    await clock.advance(10);
  });
});

describe('sleep()', () => {
  it('rejects with the reason of an abort, and leaves no timer', async () => {
    const abort = new AbortController();
    const sleeping = sleep(systemClock, 60_000, abort.signal);
    abort.abort(new Error('enough'));
    await expect(sleeping).rejects.toThrow('enough');
    await expect(sleep(systemClock, 1, abort.signal)).rejects.toThrow('enough');
  });
});

describe('Shutdown', () => {
  it('closes in reverse order, once, and reports a failure after closing the rest', async () => {
    const closed: string[] = [];
    const shutdown = new Shutdown();
    shutdown.add({ close: async () => void closed.push('first') });
    shutdown.add({ close: () => Promise.reject(new Error('stuck')) });
    shutdown.add({ close: async () => void closed.push('third') });
    await expect(shutdown.close()).rejects.toThrow('stuck');
    await expect(shutdown.close()).rejects.toThrow('stuck');
    expect(closed).toEqual(['third', 'first']);
  });

  it('startOrUndo() closes what was added when the start fails', async () => {
    const closed: string[] = [];
    const starting = startOrUndo(async (shutdown) => {
      shutdown.add({ close: async () => void closed.push('half') });
      throw new Error('no port');
    });
    await expect(starting).rejects.toThrow('no port');
    expect(closed).toEqual(['half']);
  });
});

describe('seededRandomness()', () => {
  it('repeats itself for one seed and differs for another', () => {
    const [one, same, other] = [seededRandomness(7), seededRandomness(7), seededRandomness(8)];
    expect(one.uuid()).toBe(same.uuid());
    expect(one.fraction()).toBe(same.fraction());
    expect(one.uuid()).not.toBe(other.uuid());
    expect(one.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it('repeats its values from an earlier state', () => {
    const randomness = seededRandomness(7);
    const { state } = randomness;
    const values = () => [randomness.uuid(), randomness.fraction(), ...randomness.bytes(3)];
    const first = values();
    expect(values()).not.toEqual(first);
    randomness.state = state;
    expect(values()).toEqual(first);
  });
});
