import { readBinding } from '../../bindings/binding-reader.ts';
import type { TriggerContext, TriggerListener } from '../trigger.ts';
import { toLocalIso } from './local-time.ts';
import { nextOccurrences, parseSchedule, type Schedule } from './schedule.ts';
import { TimerTriggerListener } from './timer-listener.ts';
import { fileTimerStatusStore, memoryTimerStatusStore } from './timer-status.ts';

/** More frequent timers are not monitored, because the next run follows a missed one soon. */
const MIN_MONITORED_INTERVAL_MS = 60_000;
const LOGGED_OCCURRENCES = 5;

/** timerTrigger: `schedule`, `runOnStartup`, `useMonitor`. Needs no storage account. */
export async function createTimerTrigger(context: TriggerContext): Promise<TriggerListener> {
  const { functionName, clock, log, dataDir, invoke, eventDriven } = context;
  const binding = readBinding(context);
  const expression = binding.text('schedule');
  if (!expression) throw binding.fail('schedule', 'is required');
  const schedule = parseSchedule(expression);
  const upcoming = nextOccurrences(schedule, clock.now(), LOGGED_OCCURRENCES);
  const list = upcoming.map((time) => toLocalIso(time)).join('\n');
  log.info(
    { functionName },
    `The next ${upcoming.length} occurrences of the '${functionName}' schedule will be:\n${list}`,
  );
  const monitored = (binding.boolean('useMonitor') ?? true) && isMonitorable(schedule, clock.now());
  const openStore = () => (eventDriven ? memoryTimerStatusStore() : fileTimerStatusStore(dataDir, functionName));
  return new TimerTriggerListener({
    schedule,
    runOnStartup: binding.boolean('runOnStartup') ?? false,
    store: monitored ? openStore() : undefined,
    clock,
    log,
    invoke,
  });
}

/** Whether no two of the next occurrences are less than a minute apart. */
function isMonitorable(schedule: Schedule, now: number): boolean {
  const times = nextOccurrences(schedule, now, LOGGED_OCCURRENCES);
  return times.every((time, index) => {
    const following = times[index + 1];
    return following === undefined || following - time >= MIN_MONITORED_INTERVAL_MS;
  });
}
