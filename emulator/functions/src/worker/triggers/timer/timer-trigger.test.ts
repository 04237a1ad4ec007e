import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, VirtualClock } from '@lazurite/runtime';
import { recordTrigger } from '../../../testing/trigger-context.ts';
import { toLocalIso } from './local-time.ts';
import { createTimerTrigger } from './timer-trigger.ts';

const MINUTE = 60_000;
let dataDir = '';

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'lazurite-timer-'));
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

function timer(clock: VirtualClock, properties: object = {}, run?: () => Promise<{ succeeded: true }>) {
  const binding = { name: 'timer', type: 'timerTrigger', schedule: '0 */5 * * * *', ...properties };
  return recordTrigger({ binding, clock, dataDir, ...(run && { run }) });
}

/** Writing the status is real I/O, for which the virtual clock does not wait. */
async function advance(clock: VirtualClock, ms: number): Promise<void> {
  for (let step = 0; step < ms; step += MINUTE) {
    await clock.advance(Math.min(MINUTE, ms - step));
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('timerTrigger', () => {
  test('calls the function at each occurrence with its schedule status', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 0, 1));
    const { context, invocations } = timer(clock);
    const listener = await createTimerTrigger(context);
    await listener.start();
    await advance(clock, 9 * MINUTE);
    await listener.stop();
    expect(invocations).toHaveLength(2);
    const [first, second] = invocations.map(({ input }) => JSON.parse(input.json ?? ''));
    expect(first).toEqual({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: {
        Last: '0001-01-01T00:00:00',
        Next: toLocalIso(Date.UTC(2026, 0, 1, 0, 5)),
        LastUpdated: '0001-01-01T00:00:00',
      },
      IsPastDue: false,
    });
    expect(second.ScheduleStatus).toEqual({
      Last: toLocalIso(Date.UTC(2026, 0, 1, 0, 5)),
      Next: toLocalIso(Date.UTC(2026, 0, 1, 0, 10)),
      LastUpdated: toLocalIso(Date.UTC(2026, 0, 1, 0, 5)),
    });
    expect(invocations[0]?.reason).toBe(`Timer fired at ${toLocalIso(Date.UTC(2026, 0, 1, 0, 5))}`);
    expect(invocations[0]?.details).toBeUndefined();
    await advance(clock, 10 * MINUTE);
    expect(invocations).toHaveLength(2);
  });

  test('makes up once for the runs missed while the host was down', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 0, 1));
    const before = await createTimerTrigger(timer(clock).context);
    await before.start();
    await before.stop();
    clock.set(Date.UTC(2026, 0, 1, 3, 2));
    const { context, invocations } = timer(clock);
    const after = await createTimerTrigger(context);
    await after.start();
    await advance(clock, 3 * MINUTE);
    await after.stop();
    expect(invocations.map(({ input }) => JSON.parse(input.json ?? '').IsPastDue)).toEqual([true, false]);
    expect(invocations[0]?.details).toBe(
      `UnscheduledInvocationReason: IsPastDue, OriginalSchedule: ${toLocalIso(Date.UTC(2026, 0, 1, 0, 5))}`,
    );
    const status = JSON.parse(await readFile(join(dataDir, 'timers', 'fn.json'), 'utf8'));
    expect(status).toMatchObject({ Last: '2026-01-01T03:05:00.000Z', Next: '2026-01-01T03:10:00.000Z' });
  });

  test('is not past due when only its schedule changed', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1, 0, 1));
    const before = await createTimerTrigger(timer(clock).context);
    await before.start();
    await before.stop();
    clock.set(Date.UTC(2026, 0, 1, 3, 2));
    const { context, invocations } = timer(clock, { schedule: '0 0 * * * *' });
    const after = await createTimerTrigger(context);
    await after.start();
    await after.stop();
    expect(invocations).toEqual([]);
  });

  test('starts anew when its status file is damaged', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    const first = await createTimerTrigger(timer(clock).context);
    await first.start();
    await first.stop();
    await writeFile(join(dataDir, 'timers', 'fn.json'), '{"Last":');
    const { context, invocations } = timer(clock);
    const listener = await createTimerTrigger(context);
    await listener.start();
    await listener.stop();
    expect(invocations).toEqual([]);
  });

  test('runs at startup when asked to', async () => {
    const clock = new VirtualClock();
    const { context, invocations } = timer(clock, { runOnStartup: true, schedule: '0 0 0 1 1 *' });
    const listener = await createTimerTrigger(context);
    await listener.start();
    await listener.stop();
    expect(invocations.map(({ details }) => details)).toEqual(['UnscheduledInvocationReason: RunOnStartup']);
  });

  test('never overlaps: a long run delays the next', async () => {
    const clock = new VirtualClock(Date.UTC(2026, 0, 1));
    let atOnce = 0;
    let most = 0;
    const { context, invocations } = timer(clock, { schedule: '00:00:10' }, async () => {
      most = Math.max(most, ++atOnce);
      await sleep(clock, 25_000);
      atOnce--;
      return { succeeded: true };
    });
    const listener = await createTimerTrigger(context);
    await listener.start();
    await clock.advance(100_000);
    void listener.stop();
    expect(most).toBe(1);
    expect(invocations).toHaveLength(3);
  });

  test('remembers nothing of a timer that fires more than once a minute', async () => {
    const clock = new VirtualClock();
    const { context, invocations } = timer(clock, { schedule: '*/10 * * * * *' });
    const listener = await createTimerTrigger(context);
    await listener.start();
    await clock.advance(10_000);
    await listener.stop();
    expect(JSON.parse(invocations[0]?.input.json ?? '').ScheduleStatus).toBeNull();
    await expect(readFile(join(dataDir, 'timers', 'fn.json'))).rejects.toThrow('ENOENT');
  });

  test.each([
    [{ schedule: undefined }, "Function 'fn', binding 'timer' (timerTrigger): 'schedule' is required"],
    [{ schedule: 'often' }, 'was not recognized as a valid cron expression or timespan string.'],
    [{ runOnStartup: 'maybe' }, "'runOnStartup' must be true or false"],
  ])('rejects %j', async (properties, message) => {
    await expect(createTimerTrigger(timer(new VirtualClock(), properties).context)).rejects.toThrow(message);
  });
});
