import { type Clock, type Closeable, systemClock } from '@lazurite/runtime';
import { type Storage, type StorageOptions, startStorage } from './storage.ts';

/** Azurite that cannot be started is not tried again, nor reported again, for so long. */
const RETRY_MS = 30_000;

/** Azurite, started when it is first asked for, and again when it has ended by itself. */
export class LazyAzurite implements Closeable {
  readonly #options: StorageOptions;
  readonly #clock: Clock;
  #running: Promise<Storage | undefined> | undefined;
  #isClosed = false;

  constructor(options: StorageOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** Undefined when it cannot be started, for which the log has the reason. */
  get(): Promise<Storage | undefined> {
    if (this.#isClosed) return Promise.resolve(undefined);
    this.#running ??= this.#start();
    return this.#running;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await (await this.#running)?.close();
  }

  async #start(): Promise<Storage | undefined> {
    try {
      const storage = await startStorage(this.#options);
      void storage.ended.then(() => {
        this.#running = undefined;
      });
      return storage;
    } catch (error) {
      this.#options.log.error({}, error instanceof Error ? error.message : String(error));
      this.#clock.setTimer(RETRY_MS, () => {
        this.#running = undefined;
      });
      return undefined;
    }
  }
}
