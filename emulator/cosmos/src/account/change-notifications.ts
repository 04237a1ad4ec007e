import type { Log } from '@lazurite/runtime';

/** That a container has changed; what has changed is read from its change feed. */
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

/** Tells listeners in this process of writes, once they are on disk. */
export class ChangeNotifications {
  readonly #listeners = new Set<ChangeListener>();
  readonly #log: Log;

  constructor(log: Log) {
    this.#log = log;
  }

  /** @returns a function that ends it; calling it twice does nothing */
  subscribe(listener: ChangeListener): () => void {
    const own: ChangeListener = (change) => listener(change); // the same listener may be given twice
    this.#listeners.add(own);
    return () => void this.#listeners.delete(own);
  }

  get isHeard(): boolean {
    return this.#listeners.size > 0;
  }

  publish(change: ContainerChange): void {
    for (const listener of this.#listeners) {
      try {
        listener(change);
      } catch (error) {
        this.#log.error({ err: error }, 'A listener to container changes has failed');
      }
    }
  }
}
