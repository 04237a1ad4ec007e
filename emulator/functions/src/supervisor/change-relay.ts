import type { Clock } from '@lazurite/runtime';
import { type ContainerName, containerKey, type StorageChange, type StorageSource } from '../protocol/changes.ts';
import type { FunctionInfo } from '../protocol/events.ts';
import type { DataChanges } from './functions-host.ts';
import type { WorkerProcess } from './worker-process.ts';

/** Minimum interval between notifications for one key. Bursts of writes collapse into one. */
const MIN_INTERVAL_MS = 5;

/** The worker whose triggers wait for changes, and the functions that it has loaded. */
export interface ChangeReceiver {
  readonly process: Pick<WorkerProcess, 'notify'>;
  readonly functions: readonly FunctionInfo[];
}

/**
 * Notifies the current worker of writes to the data servers beside this host, where a trigger waits for them. The first
 * change of a key is sent at once, and the changes shortly after it as one.
 */
export class ChangeRelay implements DataChanges {
  readonly #clock: Clock;
  /** Undefined until the app is first served. */
  receiver: ChangeReceiver | undefined;
  /** Keys notified within the last MIN_INTERVAL_MS, with what sends the latest change since then, if there was one. */
  readonly #recent = new Map<string, (() => void) | undefined>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  containerChanged({ database, container }: ContainerName): void {
    const isWatched = this.receiver?.functions.some(
      ({ watches }) => watches?.container === container && watches.database === database,
    );
    if (!isWatched) return;
    this.#coalesce(containerKey({ database, container }), () =>
      this.receiver?.process.notify({ type: 'container-changed', database, container }),
    );
  }

  storageChanged(change: StorageChange): void {
    const source: StorageSource = change.service === 'queue' ? `queue/${change.queue}` : `blob/${change.container}`;
    if (!this.receiver?.functions.some(({ storageSource }) => storageSource === source)) return;
    // One poll finds every message of a queue, but each blob is looked for by its own name.
    const blob = change.service === 'blob' ? change.blob : null;
    this.#coalesce(`${source}/${blob}`, () => this.receiver?.process.notify({ type: 'storage-changed', source, blob }));
  }

  storageUsed(): void {
    this.receiver?.process.notify({ type: 'storage-used' });
  }

  #coalesce(key: string, send: () => void): void {
    if (this.#recent.has(key)) {
      this.#recent.set(key, send);
      return;
    }
    send();
    this.#recent.set(key, undefined);
    this.#clock.setTimer(MIN_INTERVAL_MS, () => {
      const next = this.#recent.get(key);
      this.#recent.delete(key);
      if (next) this.#coalesce(key, next);
    });
  }
}
