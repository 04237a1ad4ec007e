import type { Clock, Timer } from '@lazurite/runtime';
import type { HostEvent } from '../../protocol/events.ts';

/** Long enough to make one message of many events under load, short enough for a person not to notice. */
const FLUSH_AFTER_MS = 5;

/** Collects events and sends them together: a message between processes costs more than many events in it. */
export class EventBatch {
  readonly #send: (events: readonly HostEvent[]) => void;
  readonly #clock: Clock;
  #pending: HostEvent[] = [];
  #timer: Timer | undefined;
  #screen: (event: HostEvent) => HostEvent | null = (event) => event;
  #watch: ((event: HostEvent) => void) | undefined;

  constructor(clock: Clock, send: (events: readonly HostEvent[]) => void) {
    this.#clock = clock;
    this.#send = send;
  }

  /** From now on each event becomes what `screen` makes of it; null drops it. */
  screen(screen: (event: HostEvent) => HostEvent | null): void {
    this.#screen = screen;
  }

  /** From now on `watcher` is told of every event that is not dropped, at once. */
  watch(watcher: (event: HostEvent) => void): void {
    this.#watch = watcher;
  }

  push(pushed: HostEvent): void {
    const event = this.#screen(pushed);
    if (!event) return;
    this.#watch?.(event);
    this.#pending.push(event);
    this.#timer ??= this.#clock.setTimer(FLUSH_AFTER_MS, () => this.flush());
  }

  flush(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#pending.length === 0) return;
    const events = this.#pending;
    this.#pending = [];
    this.#send(events);
  }
}
