import { CHANGE_TYPES, type OperationChange } from '../../domain/notifications/operation-change.ts';
import type { SortableProperty, StoredOperation } from '../../domain/operation-query.ts';
import { OPERATION_STATUSES, OPERATION_TYPES, type TeamsAsyncOperation } from '../../domain/teams-async-operation.ts';
import { bareEtag } from '../etags.ts';

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

/** A change as an item beside the operation it is of. The change feed shows it once, for it is never written again. */
export interface ChangeDocument {
  readonly id: string;
  /** The partition key. */
  readonly chatId: string;
  readonly kind: typeof CHANGE_KIND;
  /** Excluded from the index. */
  readonly change: OperationChange;
  /** In seconds. */
  readonly ttl: number;
}

export const CHANGE_KIND = 'change';
/** No operation has an id that begins with $. */
const ID_PREFIX = '$change-';
/** Far longer than anybody tries to deliver what an endpoint does not take. */
const KEPT_SECONDS = 7 * 24 * 60 * 60;

export function toChangeDocument(change: OperationChange): ChangeDocument {
  return { id: ID_PREFIX + change.id, chatId: change.chatId, kind: CHANGE_KIND, change, ttl: KEPT_SECONDS };
}

/**
 * The changes among the items of chats, in their order. An item that claims to be one and cannot be (of another version, or
 * written by hand) is passed over, so that it never stops those beside it.
 *
 * @param onMalformed gets the id of each item that was passed over
 */
export function changesAmong(
  items: readonly unknown[],
  onMalformed: (id: string) => void = () => undefined,
): readonly OperationChange[] {
  return items.filter(isChangeDocument).flatMap(({ id, change }) => {
    if (isOperationChange(change)) return [change];
    onMalformed(String(id));
    return [];
  });
}

function isChangeDocument(item: unknown): item is { readonly id: unknown; readonly change: unknown } {
  return typeof item === 'object' && item !== null && 'kind' in item && item.kind === CHANGE_KIND;
}

const TEXTS = ['id', 'chatId', 'operationId', 'changedDateTime'] as const;

/** Whether it has what the delivery of a change needs. */
function isOperationChange(change: unknown): change is OperationChange {
  if (typeof change !== 'object' || change === null) return false;
  const given = change as Partial<Record<keyof OperationChange, unknown>>; // any object may have them
  return (
    TEXTS.every((name) => typeof given[name] === 'string') &&
    CHANGE_TYPES.some((known) => known === given.changeType) &&
    !Number.isNaN(Date.parse(String(given.changedDateTime)))
  );
}
