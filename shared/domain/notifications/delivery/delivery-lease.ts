import type { DeadLetter } from '../dead-letter.ts';
import type { Subscription, SubscriptionKey } from '../subscription.ts';
import { type Delivery, LEASE_MS, takeLease } from './delivery.ts';
import type { DeliveryDependencies } from './delivery-dependencies.ts';
import type { StoredDelivery } from './delivery-store.ts';

/** Somebody else serves the subscription by now, or it was removed. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

type Change = (delivery: Delivery) => Delivery;

/**
 * A delivery whose lease is ours. Others may still add to it (a wake-up, an event for its owner): a write that
 * finds it changed reads it again and is made again on what is there now.
 */
export class DeliveryLease {
  readonly key: SubscriptionKey;
  readonly #dependencies: Pick<DeliveryDependencies, 'store' | 'now'>;
  readonly #holder: string;
  #stored: StoredDelivery;

  private constructor(
    { key, holder }: { key: SubscriptionKey; holder: string },
    stored: StoredDelivery,
    dependencies: Pick<DeliveryDependencies, 'store' | 'now'>,
  ) {
    this.key = key;
    this.#holder = holder;
    this.#stored = stored;
    this.#dependencies = dependencies;
  }

  /** Null: another came first. */
  static async take(
    key: SubscriptionKey,
    stored: StoredDelivery,
    dependencies: Pick<DeliveryDependencies, 'store' | 'now' | 'newId'>,
  ): Promise<DeliveryLease | null> {
    const holder = dependencies.newId();
    const delivery = takeLease(stored.delivery, holder, dependencies.now());
    const etag = await dependencies.store.save(key, delivery, { etag: stored.etag });
    return etag === null ? null : new DeliveryLease({ key, holder }, { ...stored, delivery, etag }, dependencies);
  }

  get delivery(): Delivery {
    return this.#stored.delivery;
  }

  /** Null: it was removed. */
  get subscription(): Subscription | null {
    return this.#stored.subscription;
  }

  /** @throws LeaseLostError */
  async update(change: Change, deadLetters: readonly DeadLetter[] = []): Promise<void> {
    await this.#write(change, (next, etag) => this.#dependencies.store.save(this.key, next, { etag, deadLetters }));
  }

  /**
   * Removes the subscription, and keeps what its owner is still to be notified of.
   *
   * @throws LeaseLostError
   */
  async endSubscription(change: Change): Promise<void> {
    await this.#write(change, (next, etag) => this.#dependencies.store.end(this.key, next, etag));
    this.#stored = { ...this.#stored, subscription: null };
  }

  /** Removes all that is left. @throws LeaseLostError */
  async remove(): Promise<void> {
    await this.#write(
      (delivery) => ({ ...delivery, lease: null }),
      (_next, etag) => this.#dependencies.store.end(this.key, null, etag),
    );
  }

  /** Keeps the lease while there is work. @throws LeaseLostError */
  async renew(): Promise<void> {
    const until = this.#dependencies.now() + LEASE_MS;
    const { lease } = this.delivery;
    if (lease && lease.until < until - LEASE_MS / 2) await this.update((delivery) => this.renewed(delivery));
  }

  /** With the lease from now on. */
  renewed(delivery: Delivery): Delivery {
    const until = this.#dependencies.now() + LEASE_MS;
    return { ...delivery, lease: { holder: this.#holder, until }, dueAt: until };
  }

  async #write(change: Change, write: (next: Delivery, etag: string) => Promise<string | null>): Promise<void> {
    for (;;) {
      const next = change(this.#stored.delivery);
      const etag = await write(next, this.#stored.etag);
      if (etag !== null) {
        this.#stored = { ...this.#stored, delivery: next, etag };
        return;
      }
      await this.#readAgain();
    }
  }

  async #readAgain(): Promise<void> {
    const stored = await this.#dependencies.store.find(this.key);
    if (stored?.delivery.lease?.holder !== this.#holder)
      throw new LeaseLostError(`The lease of subscription ${this.key.id} was lost`);
    this.#stored = stored;
  }
}
