import type { TeamsAsyncOperation } from './teams-async-operation.ts';

export interface StoredOperation {
  readonly operation: TeamsAsyncOperation;
  /** Opaque, without quotes; changes with every write. */
  readonly etag: string;
}

/** Where the operations of chats are kept. Ids are unique within one chat. */
export interface OperationRepository {
  /**
   * Stores a new operation, wholly or not at all.
   *
   * @throws OperationExistsError the chat holds this id
   * @throws TooLargeError the store takes no item of this size
   * @throws ThrottledError the store is busy
   * @throws UnavailableError the store cannot be reached
   */
  create(chatId: string, operation: TeamsAsyncOperation): Promise<StoredOperation>;
}
