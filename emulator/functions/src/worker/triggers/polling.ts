import type { Clock, Log, Randomness } from '@lazurite/runtime';
import { messageOf } from '../../errors.ts';

/** A sleep between polls that `wake` ends early, also when it was called before the sleep began. */
export class WakeableSleep {
  #isWoken = false;
  #wakeSleeper: (() => void) | undefined;

  wake(): void {
    this.#isWoken = true;
    this.#wakeSleeper?.();
  }

  /** Forgets earlier calls of `wake`. Call it before each poll: the poll sees everything they stood for. */
  reset(): void {
    this.#isWoken = false;
  }

  /** Resolves after `delayMs`, or when `wake` is called. */
  sleep(clock: Clock, delayMs: number): Promise<void> {
    if (this.#isWoken) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = clock.setTimer(delayMs, resolve);
      this.#wakeSleeper = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

export interface BackoffLimits {
  readonly minMs: number;
  readonly maxMs: number;
}

/** Delays between polls that grow while nothing is found, with jitter (RandomizedExponentialBackoffStrategy). */
export class Backoff {
  readonly #limits: BackoffLimits;
  readonly #random: Randomness;
  #current = 0;

  constructor(limits: BackoffLimits, random: Randomness) {
    this.#limits = limits;
    this.#random = random;
  }

  reset(): void {
    this.#current = 0;
  }

  /** The delay before the next poll, in ms. */
  next(): number {
    const { minMs, maxMs } = this.#limits;
    const jitter = 0.8 + 0.4 * this.#random.fraction();
    this.#current = this.#current === 0 ? minMs : Math.min(maxMs, Math.max(minMs, this.#current * 2 * jitter));
    return this.#current;
  }
}

/** Logs the failures of a repeated operation: the first one, each change of the reason, and the recovery. */
export class RetryLog {
  readonly #log: Log;
  readonly #functionName: string;
  /** For example `The queue 'orders' could not be read`. */
  readonly #failure: string;
  /** Of the last attempt; undefined when it succeeded. */
  #reason: string | undefined;

  constructor(failure: string, { log, functionName }: { readonly log: Log; readonly functionName: string }) {
    this.#failure = failure;
    this.#log = log;
    this.#functionName = functionName;
  }

  failed(error: unknown): void {
    const reason = firstLine(messageOf(error)); // later lines hold ids that differ each time
    if (reason === this.#reason) return;
    this.#reason = reason;
    this.#log.warn({ functionName: this.#functionName }, `${this.#failure}: ${reason}. It is tried again`);
  }

  succeeded(): void {
    if (this.#reason === undefined) return;
    this.#reason = undefined;
    this.#log.warn({ functionName: this.#functionName }, `Over: ${this.#failure}`);
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}
