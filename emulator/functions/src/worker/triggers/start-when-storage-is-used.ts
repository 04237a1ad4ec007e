import type { StorageChanges } from './storage-changes.ts';
import type { TriggerListener } from './trigger.ts';

/**
 * The listener that `open` makes, at once or, where local storage is still unused, as soon as that changes: there is
 * nothing to listen to before, and to ask would start the storage emulator.
 */
export async function onceUsed(
  storage: StorageChanges,
  isLocal: boolean,
  open: () => Promise<TriggerListener>,
): Promise<TriggerListener> {
  return isLocal && storage.isUnused ? new WaitingListener(storage, open) : open();
}

class WaitingListener implements TriggerListener {
  readonly #storage: StorageChanges;
  readonly #open: () => Promise<TriggerListener>;
  readonly #stop = Promise.withResolvers<void>();
  #listener: Promise<TriggerListener | undefined> = Promise.resolve(undefined);
  #isStopped = false;

  constructor(storage: StorageChanges, open: () => Promise<TriggerListener>) {
    this.#storage = storage;
    this.#open = open;
  }

  async start(): Promise<void> {
    this.#listener = Promise.race([this.#storage.used, this.#stop.promise]).then(() => this.#begin());
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stop.resolve();
    await (await this.#listener)?.stop();
  }

  async #begin(): Promise<TriggerListener | undefined> {
    if (this.#isStopped) return undefined;
    const listener = await this.#open();
    await listener.start();
    return listener;
  }
}
