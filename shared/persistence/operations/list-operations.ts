import type { QueryIterator } from '@azure/cosmos';
import { UnsupportedOrderError } from '../../domain/errors.ts';
import type { Condition, OperationPage, OperationQuery, OrderBy, Place } from '../../domain/operation-query.ts';
import { hasStatus } from '../cosmos-errors.ts';
import type { Partition } from '../transaction.ts';
import { countSql, ID_RANGES, type IdRange, listSql } from './list-sql.ts';
import { SORT_PATHS, type StoredDocument, toStoredOperation } from './operation-document.ts';

/** Cosmos DB's pages have 4 MB at most: with so many of them, one of ours fits in memory and in an answer. */
const MAX_PAGES_WITH_ITEMS = 4;

export async function listOperations(chat: Partition, query: OperationQuery): Promise<OperationPage> {
  // One more than asked for tells whether there is another page.
  const { documents, ended } = await readRanges(chat, { ...query, limit: query.limit + 1 });
  const page = documents.slice(0, query.limit);
  const last = page.at(-1);
  const more = documents.length > query.limit || !ended;
  return { operations: page.map(toStoredOperation), next: more && last ? cursorOf(last, query.orderBy) : null };
}

interface Documents {
  readonly documents: readonly StoredDocument[];
  /** Nothing is left behind them. */
  readonly ended: boolean;
}

/**
 * In the order of ids the records of a chat lie among the operations, as many as these: the ids before theirs are read,
 * and those behind. Not where operations are skipped: how many of them are in a range is not known.
 */
function rangesOf({ orderBy: [first], skip }: OperationQuery): readonly (IdRange | null)[] {
  if (first?.property !== 'id' || skip > 0) return [null];
  return first.descending ? ID_RANGES.toReversed() : ID_RANGES;
}

async function readRanges(chat: Partition, query: OperationQuery): Promise<Documents> {
  const documents: StoredDocument[] = [];
  for (const range of rangesOf(query)) {
    const limit = query.limit - documents.length;
    const iterator = chat.container.items.query<StoredDocument>(listSql({ ...query, limit }, range), {
      partitionKey: chat.partitionKey,
      maxItemCount: limit,
      abortSignal: chat.signal,
    });
    const read = await readPages(iterator, limit);
    documents.push(...read.documents);
    if (!read.ended || documents.length === query.limit) return { documents, ended: read.ended };
  }
  return { documents, ended: true };
}

/** Pages without items cost no memory: a filter that few items pass has many of them, and the deadline bounds their number. */
async function readPages(iterator: QueryIterator<StoredDocument>, limit: number): Promise<Documents> {
  const documents: StoredDocument[] = [];
  let pagesWithItems = 0;
  while (iterator.hasMoreResults() && documents.length < limit) {
    if (pagesWithItems === MAX_PAGES_WITH_ITEMS) return { documents, ended: false };
    const { resources = [] } = await fetchNext(iterator);
    documents.push(...resources);
    if (resources.length > 0) pagesWithItems += 1;
  }
  return { documents, ended: true };
}

/** In the service's answer to an order without an index, and in none other. */
const NO_INDEX = /corresponding composite index/i;

async function fetchNext(iterator: QueryIterator<StoredDocument>) {
  try {
    return await iterator.fetchNext();
  } catch (error) {
    if (hasStatus(error, 400) && error instanceof Error && NO_INDEX.test(error.message))
      throw new UnsupportedOrderError({ cause: error });
    throw error;
  }
}

/** The sort keys of an item, as the query has them. */
function cursorOf(document: StoredDocument, orderBy: readonly OrderBy[]): Place {
  return orderBy.map(({ property }) => {
    const key = SORT_PATHS[property].reduce<unknown>(memberOf, document);
    return typeof key === 'string' || typeof key === 'number' ? key : null;
  });
}

function memberOf(value: unknown, name: string): unknown {
  // Every path of SORT_PATHS leads through objects of our own making.
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

export async function countOperations(chat: Partition, where: Condition | null): Promise<number> {
  const query = chat.container.items.query<number>(countSql(where), {
    partitionKey: chat.partitionKey,
    abortSignal: chat.signal,
  });
  const { resources } = await query.fetchAll();
  return resources.reduce((sum, count) => sum + count, 0);
}
