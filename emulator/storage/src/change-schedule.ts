import type { Clock, Closeable, Timer } from '@lazurite/runtime';
import type { StorageChange, StorageWrite } from './storage-change.ts';

/** Beyond the time at which a message is due, so that whoever looks then finds it. */
const MARGIN_MS = 20;

/** Messages of one queue that become due within this time are reported as one change. */
const SLOT_MS = 100;

/** Emits each write when it becomes visible: a scheduled message when it is due. */
export class ChangeSchedule implements Closeable {
  readonly #clock: Clock;
  readonly #emit: (change: StorageChange) => void;
  readonly #waiting = new Map<string, Timer>();

  constructor(clock: Clock, emit: (change: StorageChange) => void) {
    this.#clock = clock;
    this.#emit = emit;
  }

  add({ change, visibleInMs }: StorageWrite): void {
    if (visibleInMs <= 0 || change.service !== 'queue') this.#emit(change);
    else this.#wait(change, visibleInMs);
  }

  async close(): Promise<void> {
    for (const timer of this.#waiting.values()) timer.cancel();
    this.#waiting.clear();
  }

  #wait(change: Extract<StorageChange, { service: 'queue' }>, visibleInMs: number): void {
    const now = this.#clock.monotonic();
    const slot = Math.ceil((now + visibleInMs) / SLOT_MS);
    const key = `${slot}/${change.queue}`;
    if (this.#waiting.has(key)) return;
    const timer = this.#clock.setTimer(slot * SLOT_MS - now + MARGIN_MS, () => {
      this.#waiting.delete(key);
      this.#emit(change);
    });
    this.#waiting.set(key, timer);
  }
}
