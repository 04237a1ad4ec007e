import type { StorageChanges } from './polling.ts';
import type { TriggerListener } from './trigger.ts';

/**
 * Defers the listener that `open` creates while the local storage is unused: it holds no event yet, and a poll would
 * start the storage emulator. Every other listener is created at once.
 */
export async function startWhenStorageIsUsed(
  storage: StorageChanges,
  isLocal: boolean,
  open: () => Promise<TriggerListener>,
): Promise<TriggerListener> {
  return isLocal && storage.isUnused ? new DeferredListener(storage, open) : open();
}

class DeferredListener implements TriggerListener {
  readonly #storage: StorageChanges;
  readonly #open: () => Promise<TriggerListener>;
  readonly #stop = Promise.withResolvers<void>();
  #listener: Promise<TriggerListener | undefined> = Promise.resolve(undefined);
  #opened: TriggerListener | undefined;
  #isStopped = false;

  constructor(storage: StorageChanges, open: () => Promise<TriggerListener>) {
    this.#storage = storage;
    this.#open = open;
  }

  async start(): Promise<void> {
    this.#listener = Promise.race([this.#storage.used, this.#stop.promise]).then(() => this.#openListener());
  }

  async ready(): Promise<void> {
    if (!this.#storage.isUnused) await this.#listener;
  }

  state(): unknown {
    return this.#opened?.state?.();
  }

  /** A listener that has opened stays open, also when the storage is empty again. */
  restore(state: unknown): void {
    this.#opened?.restore?.(state);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#stop.resolve();
    await (await this.#listener)?.stop();
  }

  async #openListener(): Promise<TriggerListener | undefined> {
    if (this.#isStopped) return undefined;
    const listener = await this.#open();
    await listener.start();
    this.#opened = listener;
    return listener;
  }
}
