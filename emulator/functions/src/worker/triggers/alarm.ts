import type { Clock } from '@lazurite/runtime';

/** A pause that can be cut short, also by a ring that came before it began. */
export class Alarm {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** What is done from here on takes account of every ring so far. */
  reset(): void {
    this.#rung = false;
  }

  /** Resolves after `delayMs`, or at a ring. */
  sleep(clock: Clock, delayMs: number): Promise<void> {
    if (this.#rung) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.setTimer(delayMs, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
