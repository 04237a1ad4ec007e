import type { Clock, Log, Timer } from '@lazurite/runtime';
import type { InvokeTriggered } from '../../invocation/invocation.ts';
import type { TriggerListener } from '../trigger.ts';
import { toLocalIso } from './local-time.ts';
import type { Schedule } from './schedule.ts';
import type { TimerStatus, TimerStatusStore } from './timer-status.ts';

export interface TimerOptions {
  readonly schedule: Schedule;
  readonly runOnStartup: boolean;
  /** Undefined: the status is not stored, so no run is past due. */
  readonly store: TimerStatusStore | undefined;
  readonly clock: Clock;
  readonly log: Log;
  readonly invoke: InvokeTriggered;
}

/** Of a timer between two runs. */
interface TimerState {
  readonly status: TimerStatus | null;
  readonly dueAt: number | null;
}

type Unscheduled = { readonly reason: 'IsPastDue'; readonly due: number } | { readonly reason: 'RunOnStartup' };

/**
 * Runs a function on a schedule, as TimerListener of the WebJobs extensions does. Runs that were missed while the host
 * was down are made up for once, at start. Runs never overlap: one that takes longer than the interval delays the next.
 */
export class TimerTriggerListener implements TriggerListener {
  readonly #options: TimerOptions;
  #status: TimerStatus | undefined;
  #timer: Timer | undefined;
  /** When the timer is due; null: never. */
  #dueAt: number | null = null;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: TimerOptions) {
    this.#options = options;
  }

  async start(state?: unknown): Promise<void> {
    if (state !== undefined) return this.restore(state);
    const due = await this.#missedRun();
    if (due !== undefined) this.#run({ reason: 'IsPastDue', due });
    else if (this.#options.runOnStartup) this.#run({ reason: 'RunOnStartup' });
    else this.#scheduleNext();
  }

  state(): TimerState {
    return { status: this.#status ?? null, dueAt: this.#dueAt };
  }

  restore(state: unknown): void {
    const { status, dueAt } = state as TimerState; // what `state` gave
    this.#status = status ?? undefined;
    this.#timer?.cancel();
    if (dueAt !== null) this.#startTimer(dueAt);
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return this.#running;
  }

  /** When the missed run was due; undefined when none was missed. */
  async #missedRun(): Promise<number | undefined> {
    const { store, schedule, clock } = this.#options;
    const now = clock.now();
    const known = await store?.load();
    // When the schedule changed while the host was down, the new one applies from now on.
    const next = known ? schedule.next(known.lastUpdated) : schedule.next(now);
    const changed = known && known.next !== next;
    this.#status = {
      last: known?.last,
      next: changed ? schedule.next(now) : next,
      lastUpdated: known?.lastUpdated ?? now,
    };
    if (!known || changed) await store?.save({ ...this.#status, lastUpdated: now });
    return known && !changed && next !== undefined && next < now ? next : undefined;
  }

  #scheduleNext(): void {
    const { schedule, clock } = this.#options;
    const now = clock.now();
    const next = schedule.next(Math.max(now, this.#status?.last ?? 0));
    this.#dueAt = null;
    if (!this.#stopped && next !== undefined) this.#startTimer(next);
  }

  #startTimer(dueAt: number): void {
    const { clock } = this.#options;
    this.#dueAt = dueAt;
    this.#timer = clock.setTimer(dueAt - clock.now(), () => this.#run());
  }

  #run(unscheduled?: Unscheduled): void {
    this.#running = this.#invokeAndSaveStatus(unscheduled)
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'The status of a timer could not be saved'))
      .then(() => this.#scheduleNext());
  }

  async #invokeAndSaveStatus(unscheduled: Unscheduled | undefined): Promise<void> {
    const { clock, invoke, schedule, store } = this.#options;
    const firedAt = clock.now();
    const details = unscheduled && describe(unscheduled);
    await invoke({
      input: { json: this.#payload(unscheduled?.reason === 'IsPastDue') },
      metadata: {},
      reason: `Timer fired at ${toLocalIso(firedAt)}`,
      ...(details !== undefined && { details }),
    });
    // A timer may fire a little early, and the same occurrence must not be next again.
    const dueAt = unscheduled ? firedAt : Math.max(firedAt, this.#status?.next ?? firedAt);
    this.#status = { last: dueAt, next: schedule.next(dueAt), lastUpdated: dueAt };
    await store?.save(this.#status);
  }

  #payload(isPastDue: boolean): string {
    const { schedule, store } = this.#options;
    return JSON.stringify({
      Schedule: { AdjustForDST: schedule.adjustForDst },
      ScheduleStatus: store && this.#status ? toScheduleStatus(this.#status) : null,
      IsPastDue: isPastDue,
    });
  }
}

function toScheduleStatus({ last, next, lastUpdated }: TimerStatus): object {
  return {
    Last: toLocalIso(last),
    Next: toLocalIso(next),
    LastUpdated: toLocalIso(last === undefined ? undefined : lastUpdated),
  };
}

function describe(unscheduled: Unscheduled): string {
  if (unscheduled.reason === 'RunOnStartup') return 'UnscheduledInvocationReason: RunOnStartup';
  return `UnscheduledInvocationReason: IsPastDue, OriginalSchedule: ${toLocalIso(unscheduled.due)}`;
}
