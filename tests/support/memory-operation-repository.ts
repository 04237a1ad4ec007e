import { randomUUID } from 'node:crypto';
import {
  OperationExistsError,
  OperationNotFoundError,
  PreconditionFailedError,
  RepeatedDifferentlyError,
} from '../../shared/domain/errors.ts';
import { type OperationWrite, toChange } from '../../shared/domain/notifications/operation-change.ts';
import type { OperationQuery, OrderBy, Place } from '../../shared/domain/operation-query.ts';
import type { Creation, OperationRepository, StoredOperation } from '../../shared/domain/operation-repository.ts';
import {
  OPERATION_STATUSES,
  OPERATION_TYPES,
  type OperationSource,
  type TeamsAsyncOperation,
} from '../../shared/domain/teams-async-operation.ts';
import { padded, passes, propertyOf } from './evaluate-condition.ts';
import type { MemoryChangeLog } from './memory-change-log.ts';

export interface MemoryRepositoryOptions {
  /** Where changes are recorded; absent: nowhere. */
  readonly log?: MemoryChangeLog;
  readonly source?: OperationSource;
}

/** The port's simplest adapter; held to the same contract as the real one. */
export function createMemoryRepository({
  log,
  source = { now: Date.now, newId: randomUUID },
}: MemoryRepositoryOptions = {}): OperationRepository & {
  readonly stored: ReadonlyMap<string, StoredOperation>;
} {
  const stored = new Map<string, StoredOperation>();
  const requests = new Map<string, { fingerprint: string; creation: Creation }>();
  let writes = 0;

  function put(chatId: string, operation: TeamsAsyncOperation, revision: number): StoredOperation {
    writes += 1;
    const entry = { operation, etag: `etag-${writes}`, revision };
    stored.set(keyOf(chatId, operation.id), entry);
    return entry;
  }

  function record(write: OperationWrite): void {
    log?.append(toChange(write, source));
  }

  function ofChat(chatId: string): StoredOperation[] {
    return [...stored.entries()].filter(([key]) => JSON.parse(key)[0] === chatId).map(([, entry]) => entry);
  }

  return {
    stored,
    create: async (chatId, operation, { repeatable: request, origin } = {}) => {
      const known = request && requests.get(keyOf(chatId, request.key));
      if (known && known.fingerprint !== request.fingerprint) throw new RepeatedDifferentlyError();
      if (known) {
        const { creation } = known;
        const isCurrent = stored.get(keyOf(chatId, creation.operation.id))?.etag === creation.etag;
        return isCurrent ? creation : { ...creation, etag: null };
      }
      if (stored.has(keyOf(chatId, operation.id))) throw new OperationExistsError(operation.id);
      const { etag } = put(chatId, operation, 1);
      const creation = { operation, etag };
      record({ chatId, changeType: 'created', operation, previousStatus: null, revision: 1, origin });
      if (request) requests.set(keyOf(chatId, request.key), { fingerprint: request.fingerprint, creation });
      return creation;
    },
    get: async (chatId, id) => stored.get(keyOf(chatId, id)) ?? null,
    replace: async (chatId, operation, { current, origin }) => {
      const entry = stored.get(keyOf(chatId, operation.id));
      if (entry?.etag !== current.etag) return null;
      const revision = entry.revision + 1;
      record({
        chatId,
        changeType: 'updated',
        operation,
        revision,
        origin,
        previousStatus: entry.operation.status,
      });
      return put(chatId, operation, revision);
    },
    delete: async (chatId, id, { etag, origin }) => {
      const entry = stored.get(keyOf(chatId, id));
      if (!entry) throw new OperationNotFoundError(id);
      if (etag !== null && entry.etag !== etag) throw new PreconditionFailedError();
      stored.delete(keyOf(chatId, id));
      const { operation, revision } = entry;
      record({
        chatId,
        changeType: 'deleted',
        operation,
        revision: revision + 1,
        origin,
        previousStatus: operation.status,
      });
    },
    list: async (chatId, query) => page(ofChat(chatId), query),
    count: async (chatId, where) => ofChat(chatId).filter(({ operation }) => passes(where, operation)).length,
  };
}

function keyOf(chatId: string, id: string): string {
  return JSON.stringify([chatId, id]);
}

function page(entries: readonly StoredOperation[], { where, orderBy, skip, after, limit }: OperationQuery) {
  const sorted = entries
    .filter(({ operation }) => passes(where, operation))
    .map((entry) => ({ entry, place: cursorOf(entry.operation, orderBy) }))
    .filter(({ place }) => after === null || comparePlaces(place, after, orderBy) > 0)
    .toSorted((a, b) => comparePlaces(a.place, b.place, orderBy))
    .slice(skip);
  const operations = sorted.slice(0, limit).map(({ entry }) => entry);
  return { operations, next: sorted.length > limit ? (sorted[limit - 1]?.place ?? null) : null };
}

const NUMBERS: Readonly<Record<string, readonly string[]>> = {
  status: OPERATION_STATUSES,
  operationType: OPERATION_TYPES,
};

function cursorOf(operation: TeamsAsyncOperation, orderBy: readonly OrderBy[]): Place {
  return orderBy.map(({ property }) => {
    const value = propertyOf(property.split('/'), operation);
    const members = NUMBERS[property];
    if (members) return members.indexOf(String(value));
    if (property.endsWith('DateTime')) return padded(`${value}Z`);
    return typeof value === 'string' || typeof value === 'number' ? value : null;
  });
}

/** Nulls lowest. */
function comparePlaces(left: Place, right: Place, orderBy: readonly OrderBy[]): number {
  for (const [index, { descending }] of orderBy.entries()) {
    const [a, b] = [left[index] ?? null, right[index] ?? null];
    if (a === b) continue;
    const isLower = a === null || (b !== null && a < b);
    return isLower === descending ? 1 : -1;
  }
  return 0;
}
