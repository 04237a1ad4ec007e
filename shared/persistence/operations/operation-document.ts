import type { SortableProperty, StoredOperation } from '../../domain/operation-query.ts';
import { OPERATION_STATUSES, OPERATION_TYPES, type TeamsAsyncOperation } from '../../domain/teams-async-operation.ts';
import { bareEtag } from '../cosmos-client.ts';

/**
 * An operation as an item. Dynamic properties have an object of their own, so that no name a caller chooses can meet
 * one of Cosmos DB's (`_etag`, `ttl`) or ours (`chatId`): docs/decisions/open-type-and-reserved-names.md.
 */
export interface OperationDocument extends TeamsAsyncOperation {
  /** The partition key. */
  readonly chatId: string;
  /** Tells operations from what else a chat's partition holds. */
  readonly kind: typeof OPERATION_KIND;
  /** Missing in items that were written before there were revisions: 1. */
  readonly revision?: number;
  /** What to sort by and compare with, made from the properties at every write: docs/decisions/sort-keys.md. */
  readonly order: SortKeys;
}

export const OPERATION_KIND = 'operation';

/** Enums as their numbers in beta, dates at equal length, text cut to what a next link can carry. */
export interface SortKeys {
  readonly operationType: number;
  readonly createdDateTime: string;
  readonly status: number;
  readonly lastActionDateTime: string;
  readonly targetResourceId: string | null;
  readonly targetResourceLocation: string | null;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
}

/** Where in an item each sortable property's key is. */
export const SORT_PATHS: Readonly<Record<SortableProperty, readonly string[]>> = {
  id: ['id'],
  operationType: ['order', 'operationType'],
  createdDateTime: ['order', 'createdDateTime'],
  status: ['order', 'status'],
  lastActionDateTime: ['order', 'lastActionDateTime'],
  attemptsCount: ['attemptsCount'],
  targetResourceId: ['order', 'targetResourceId'],
  targetResourceLocation: ['order', 'targetResourceLocation'],
  'error/code': ['order', 'errorCode'],
  'error/message': ['order', 'errorMessage'],
};

/** In UTF-16 units. Texts that agree up to here are in the order of their ids. */
const MAX_KEY_LENGTH = 128;
/** Edm.DateTimeOffset has at most so many digits of fraction. */
const MAX_FRACTION_DIGITS = 12;
const SECONDS_LENGTH = 'yyyy-MM-ddTHH:mm:ss'.length;

export function toDocument(chatId: string, operation: TeamsAsyncOperation, revision: number): OperationDocument {
  return { chatId, kind: OPERATION_KIND, revision, ...operation, order: toSortKeys(operation) };
}

/** An item as Cosmos DB answers it. */
export type StoredDocument = OperationDocument & { readonly _etag: string };

/** Takes the properties one by one: an item carries Cosmos DB's own and ours as well. */
export function toStoredOperation(document: StoredDocument): StoredOperation {
  return {
    operation: toOperation(document),
    etag: bareEtag(document._etag),
    revision: document.revision ?? 1,
  };
}

function toOperation(document: OperationDocument): TeamsAsyncOperation {
  return {
    id: document.id,
    operationType: document.operationType,
    createdDateTime: document.createdDateTime,
    status: document.status,
    lastActionDateTime: document.lastActionDateTime,
    attemptsCount: document.attemptsCount,
    targetResourceId: document.targetResourceId,
    targetResourceLocation: document.targetResourceLocation,
    error: document.error,
    dynamicProperties: document.dynamicProperties,
  };
}

/**
 * A DateTimeOffset in UTC at equal length, so that texts are in the order of the times.
 *
 * @example toDateKey('2021-05-27T21:23:45Z') // '2021-05-27T21:23:45.000000000000Z'
 */
export function toDateKey(utc: string): string {
  const fraction = utc.slice(SECONDS_LENGTH + 1, -1).padEnd(MAX_FRACTION_DIGITS, '0');
  return `${utc.slice(0, SECONDS_LENGTH)}.${fraction}Z`;
}

function toSortKeys(operation: TeamsAsyncOperation): SortKeys {
  return {
    operationType: OPERATION_TYPES.indexOf(operation.operationType),
    createdDateTime: toDateKey(operation.createdDateTime),
    status: OPERATION_STATUSES.indexOf(operation.status),
    lastActionDateTime: toDateKey(operation.lastActionDateTime),
    targetResourceId: toTextKey(operation.targetResourceId),
    targetResourceLocation: toTextKey(operation.targetResourceLocation),
    errorCode: toTextKey(operation.error?.code ?? null),
    errorMessage: toTextKey(operation.error?.message ?? null),
  };
}

function toTextKey(text: string | null): string | null {
  return text === null ? null : text.slice(0, MAX_KEY_LENGTH).toWellFormed();
}
