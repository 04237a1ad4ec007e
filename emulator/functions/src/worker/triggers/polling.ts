import type { Clock, Log, Randomness } from '@lazurite/runtime';
import { messageOf } from '../../errors.ts';
import { type ContainerName, containerKey, type StorageSource } from '../../protocol/changes.ts';
import type { ChangeInStorage, LocalStorage } from '../../protocol/messages.ts';

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

/** Notifies the triggers of an app of writes to the local storage. */
export class StorageChanges {
  readonly #listeners = new Map<StorageSource, Set<(blob: string | null) => void>>();
  #use = Promise.withResolvers<void>();
  #isUnused = false;
  #connectionString: string | undefined;

  /**
   * @param listener called with the name of a blob that was written; null for a queue
   * @returns a function that ends the subscription
   */
  subscribe(source: StorageSource, listener: (blob: string | null) => void): () => void {
    const listeners = this.#listeners.get(source) ?? new Set();
    this.#listeners.set(source, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  notify({ source, blob }: ChangeInStorage): void {
    for (const listener of this.#listeners.get(source) ?? []) listener(blob);
  }

  /** Whether the storage is known to be empty; false once `markUsed` was called. */
  get isUnused(): boolean {
    return this.#isUnused;
  }

  /** Resolves when the storage is no longer unused. */
  get used(): Promise<void> {
    return this.#isUnused ? this.#use.promise : Promise.resolve();
  }

  /** Makes the storage known of which there will be notifications. Call it before triggers start. */
  join({ connectionString, isUnused }: LocalStorage): void {
    this.#connectionString = connectionString;
    this.#isUnused = isUnused;
  }

  /** Whether writes to the storage of this connection string are notified of. Other storage has to be polled. */
  reportsOf(connectionString: string): boolean {
    return connectionString === this.#connectionString;
  }

  markUsed(): void {
    this.#isUnused = false;
    this.#use.resolve();
  }
}

/** Notifies the readers of a container's change feed of new changes. */
export class ContainerChanges {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** @returns a function that ends the subscription */
  subscribe(name: ContainerName, listener: () => void): () => void {
    const key = containerKey(name);
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return () => void listeners.delete(listener);
  }

  notify(name: ContainerName): void {
    for (const listener of this.#listeners.get(containerKey(name)) ?? []) listener();
  }
}
