import { type Account, newEtag, nowInSeconds } from '../account/account.ts';
import type { Container } from '../account/container.ts';
import { childRid } from '../model/rid.ts';
import { uniqueKeyViolation } from '../model/unique-key.ts';
import type { StoredItem } from '../store/store.ts';
import { expiryOf, isExpired } from './expiry.ts';
import type { ItemInput } from './item-input.ts';

/**
 * Writes to the items of one container with one LSN per physical partition: one write, or all of a transactional batch.
 * Made and used inside one `GroupCommit.write`. The rules of each operation are in its own file.
 */
export class ItemTransaction {
  readonly account: Account;
  readonly container: Container;
  readonly ts: number;
  readonly #lsns = new Map<number, number>();

  /** @throws CosmosError NotFound when the container is gone */
  constructor(account: Account, container: Container) {
    this.account = account;
    // Another write of this turn may have replaced or deleted it since the request looked it up.
    this.container = account.catalog.container(container.database.rid, container.rid);
    this.ts = nowInSeconds(account);
  }

  /** The item as a read sees it; one that has expired is swept, so that its key is free. */
  find(key: ItemInput['key']): StoredItem | undefined {
    const item = this.account.store.items.get(key);
    if (!item || !isExpired(item, this.ts)) return item;
    this.#remove(item);
    return undefined;
  }

  /** `find` has said that there is none. @throws CosmosError Conflict when a unique key is taken; then nothing is written */
  insert(input: ItemInput): StoredItem {
    const { items, counters } = this.account.store;
    this.#assertUnique(input, undefined);
    const item = this.#toStored(input, counters.next('items'));
    items.insert(item);
    this.#claim(input, item.number);
    return item;
  }

  /** @throws CosmosError Conflict when a unique key is taken; then nothing is written */
  replace(existing: StoredItem, input: ItemInput): StoredItem {
    this.#assertUnique(input, existing.number);
    const item = this.#toStored(input, existing.number);
    this.account.store.items.update(item);
    this.#release(item.number);
    this.#claim(input, item.number);
    return item;
  }

  delete(existing: StoredItem): StoredItem {
    const lsn = this.#lsn(existing.range);
    this.#remove(existing);
    return { ...existing, lsn };
  }

  #remove(item: StoredItem): void {
    this.account.store.items.delete(item);
    this.#release(item.number);
  }

  #assertUnique({ key, uniqueKeys }: ItemInput, self: number | undefined): void {
    for (const value of uniqueKeys) {
      const holder = this.account.store.uniqueKeys.holder(key.container, key.partitionKey, value);
      if (holder !== undefined && holder !== self && this.#isLive(holder)) throw uniqueKeyViolation();
    }
  }

  /** An item that has expired holds nothing any more; it is swept on the way. */
  #isLive(number: number): boolean {
    const item = this.account.store.items.getByNumber(this.container.number, number);
    return item !== undefined && this.find(item) !== undefined;
  }

  #claim({ key, uniqueKeys }: ItemInput, item: number): void {
    const { container, partitionKey } = key;
    for (const value of uniqueKeys) this.account.store.uniqueKeys.claim({ container, partitionKey, value, item });
  }

  #release(item: number): void {
    const { container } = this;
    if (container.definition.uniqueKeyPolicy) this.account.store.uniqueKeys.release(container.number, item);
  }

  #toStored({ key, range, properties }: ItemInput, number: number): StoredItem {
    const { container, ts } = this;
    const etag = newEtag(this.account);
    const rid = childRid(container.rid, 'item', number);
    const system = `"_rid":"${rid}","_self":"${container.self}docs/${rid}/","_etag":"\\"${etag.slice(1, -1)}\\"","_attachments":"attachments/","_ts":${ts}}`;
    return {
      container: key.container,
      epk: key.epk,
      partitionKey: key.partitionKey,
      id: key.id,
      number,
      range,
      lsn: this.#lsn(range),
      ts,
      etag,
      expiresAt: expiryOf(properties.ttl, container.definition.defaultTtl, ts),
      body: `${JSON.stringify(properties).slice(0, -1)},${system}`,
    };
  }

  #lsn(range: number): number {
    const given = this.#lsns.get(range);
    if (given !== undefined) return given;
    const lsn = this.account.store.counters.next(this.container.lsnCounters[range] ?? '');
    this.#lsns.set(range, lsn);
    return lsn;
  }
}
