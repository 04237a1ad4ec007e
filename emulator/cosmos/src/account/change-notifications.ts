import type { Log } from '@lazurite/runtime';

/** Says that a container has changed. What has changed is read from its change feed. */
export interface ContainerChange {
  /** The id of the database. */
  readonly database: string;
  /** The id of the container. */
  readonly container: string;
  /** The `_rid` of the container: another one made under the same name has another. */
  readonly containerRid: string;
  /** The id of the physical partition, as a number. */
  readonly range: number;
  /** The last LSN written to it. */
  readonly lsn: number;
}

export type ChangeListener = (change: ContainerChange) => void;

/** Notifies subscribers in this process of writes, once these are on disk. */
export class ChangeNotifications {
  readonly #listeners = new Set<ChangeListener>();
  readonly #log: Log;
  /** A plain property, because every write reads it. */
  hasSubscribers = false;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns a function that ends the subscription; calling it twice does nothing */
  subscribe(listener: ChangeListener): () => void {
    const own: ChangeListener = (change) => listener(change); // one listener may subscribe twice
    this.#listeners.add(own);
    this.hasSubscribers = true;
    return () => {
      this.#listeners.delete(own);
      this.hasSubscribers = this.#listeners.size > 0;
    };
  }

  publish(change: ContainerChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#log.error({ err: error }, 'A listener for container changes failed');
      }
    }
  }
}
