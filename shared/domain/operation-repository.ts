import type { ChangeOrigin } from './notifications/operation-change.ts';
import type { Condition, OperationPage, OperationQuery, StoredOperation } from './operation-query.ts';
import type { TeamsAsyncOperation } from './teams-async-operation.ts';

export type { StoredOperation } from './operation-query.ts';

/** A request that a caller may send again, expecting it to be carried out once: OASIS Repeatable Requests 1.0. */
export interface RepeatableRequest {
  /** Tells the caller's requests apart, and those of different callers. */
  readonly key: string;
  /** What was asked: the same key with another fingerprint is another request. */
  readonly fingerprint: string;
}

/** What a write may know beside what is to be written. */
export interface WriteOptions {
  /** The request that asks for it, for the record of the change. */
  readonly origin?: ChangeOrigin | undefined;
}

export interface CreateOptions extends WriteOptions {
  readonly repeatable?: RepeatableRequest | undefined;
}

export interface Creation {
  /** As it was when it was created. */
  readonly operation: TeamsAsyncOperation;
  /** Null when the request was carried out before and the operation has been written or deleted since. */
  readonly etag: string | null;
}

/**
 * Where the operations of chats and teams are kept, under what `chatId` names: the id of a chat, or the key of a team
 * (`toOwnerKey()`). Ids are unique within one of them; those that begin with `$` are never used.
 * Where changes are recorded, each write adds one to the ChangeLog, in the same transaction.
 * Every method can also throw ThrottledError (the store is busy) and UnavailableError (it cannot be reached).
 */
export interface OperationRepository {
  /**
   * Stores a new operation, wholly or not at all. A repeatable request is carried out once, however often and however
   * concurrently it comes within ten minutes: all but the first get what the first created.
   *
   * @throws OperationExistsError the chat holds this id
   * @throws RepeatedDifferentlyError the request's key came with another fingerprint before
   * @throws TooLargeError the store takes no item of this size
   */
  create(chatId: string, operation: TeamsAsyncOperation, options?: CreateOptions): Promise<Creation>;

  /** Null when there is none. */
  get(chatId: string, id: string): Promise<StoredOperation | null>;

  /**
   * Writes the operation over the one of the same id, if that is still as it was read.
   *
   * @returns null when it is not, or is gone
   * @throws TooLargeError the store takes no item of this size
   */
  replace(
    chatId: string,
    operation: TeamsAsyncOperation,
    options: WriteOptions & { readonly current: StoredOperation },
  ): Promise<StoredOperation | null>;

  /**
   * Deletes the operation, if it has this etag. Null: whatever it has.
   *
   * @throws OperationNotFoundError there is none
   * @throws PreconditionFailedError it has another etag
   * @throws ConcurrentUpdateError it was written again and again meanwhile
   */
  delete(chatId: string, id: string, options: WriteOptions & { readonly etag: string | null }): Promise<void>;

  /** @throws UnsupportedOrderError the store cannot sort by this combination of properties */
  list(chatId: string, query: OperationQuery): Promise<OperationPage>;

  /** @param where null: all */
  count(chatId: string, where: Condition | null): Promise<number>;
}
