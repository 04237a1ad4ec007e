import type { TeamsAsyncOperation } from '../domain/teams-async-operation.ts';

/**
 * An operation as an item. Dynamic properties have an object of their own, so that no name a caller chooses can meet
 * one of Cosmos DB's (`_etag`, `ttl`) or ours (`chatId`): docs/decisions/open-type-and-reserved-names.md.
 */
export interface OperationDocument extends TeamsAsyncOperation {
  /** The partition key. */
  readonly chatId: string;
}

export function toDocument(chatId: string, operation: TeamsAsyncOperation): OperationDocument {
  return { chatId, ...operation };
}
